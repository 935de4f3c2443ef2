"""Base class of a task on the command line: recipes and sources from options, and display of metrics."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table

from tfrec_dl.cli.options.common import TableOptions
from tfrec_dl.errors import InputError

if TYPE_CHECKING:
    from tfrec_dl.families.export_options import ExportOptions
    from tfrec_dl.families.run import Run
    from tfrec_dl.recipes.recipe import Recipe


@dataclass(frozen=True)
class FirstStage:
    """What finds the candidates of a ranking run.

    Attributes:
        run: folder of a retrieval run.
        candidates: how many it finds.
        k: how many of them are given, once they are ranked.
    """

    run: Path
    candidates: int
    k: int


class TaskCommands(ABC):
    """One task on the command line.

    Attributes:
        name: of the task.
        example: two recipes, as `--models` takes them.
    """

    name: str
    example: str

    @abstractmethod
    def recipe(self, model: str | None, settings: Mapping[str, Any], options: Any, table: TableOptions) -> "Recipe":
        """The recipe of a name with its settings.

        Args:
            model: the name; None where it is not given.
            settings: setting -> value.
            options: the task's own.
            table: options of the table.

        Raises:
            InputError: if there is none, or it is of another task; or for a setting that does not exist.
        """

    @abstractmethod
    def source(self, table: TableOptions, options: Any) -> Any:
        """The source that the options describe.

        Raises:
            InputError: for options that do not fit together.
        """

    @abstractmethod
    def column_options(self, source: Any) -> Mapping[str, Iterable[str | None]]:
        """Option -> the columns of the source that it names."""

    @abstractmethod
    def metric_table(self, run: "Run") -> Table:
        """What a finished run measured on the test part."""

    @abstractmethod
    def evaluate(self, run: "Run", part: str, keep_seen: bool | None, as_json: bool, out: Path | None) -> None:
        """Evaluates a finished run anew on its data, and prints the metrics.

        Args:
            run: the run.
            part: "validation" or "test".
            keep_seen: whether items of the history can be recommended; None as the run was trained.
            as_json: whether to print JSON and nothing else.
            out: folder of further files; None for the run's.
        """

    @abstractmethod
    def export(self, run: "Run", dest: Path, options: "ExportOptions", retrieval: FirstStage | None) -> None:
        """Exports a finished run, and prints where it is and what comes next.

        Args:
            run: the run.
            dest: folder of the versions.
            options: what is asked beside the run.
            retrieval: of a ranking run: what finds its candidates; None where they are given.
        """

    def refuse_first_stage(self, run: "Run", retrieval: FirstStage | None) -> None:
        """Raises InputError where a run that ranks nothing is given one that finds candidates."""
        if retrieval is not None:
            raise InputError(
                f"--retrieval is for ranking runs, and {run.folder} is one of {self.name}: name a ranking run."
            )

    @abstractmethod
    def show_recipes(self, recipes: "Sequence[Recipe]") -> None:
        """Prints the task's recipes, their sources and settings."""

    def named(self, name: str, settings: Mapping[str, Any]) -> "Recipe":
        """The recipe of that name with its settings; refuses one of another task."""
        from tfrec_dl.recipes.named import RECIPES, get_recipe, recipes_of

        recipes = recipes_of(self.name)
        if name in RECIPES and name not in recipes:
            task = RECIPES[name].family.task.name
            raise InputError(f"{name!r} is a recipe of --task {task}: name that task, or a recipe of {self.name}.")
        return get_recipe(name, recipes).with_settings(settings)

    @contextmanager
    def naming_options(self, source: Any) -> Iterator[None]:
        """Adds to an error about a missing column the option that names another."""
        from tfrec_dl.data.tables.columns import MissingColumnError

        try:
            yield
        except MissingColumnError as error:
            for option, columns in self.column_options(source).items():
                if error.column in columns:
                    raise InputError(f"{error} ({option} names it)") from error
            raise


def say_exported(names: Sequence[str], version: Path) -> None:
    """Prints where an export is."""
    from tfrec_dl.cli.console import say

    say(f"exported {' and '.join(names)} to {version}")
    say(f"its model card: {version / 'assets.extra' / 'model_card.md'}")
