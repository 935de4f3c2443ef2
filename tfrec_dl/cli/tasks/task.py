"""Base class of the tasks: builds recipes and sources from options, and displays metrics."""

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
    """The retrieval stage that finds the candidates of a ranking run.

    Attributes:
        run: folder of a retrieval run.
        candidates: number of candidates to find.
        k: number of ranked items to return.
    """

    run: Path
    candidates: int
    k: int


class TaskCommands(ABC):
    """One task on the command line.

    Attributes:
        name: name of the task.
        example: two recipes, written as for `--models`.
    """

    name: str
    example: str

    @abstractmethod
    def recipe(self, model: str | None, settings: Mapping[str, Any], options: Any, table: TableOptions) -> "Recipe":
        """Returns the named recipe with its settings.

        Args:
            model: name of the recipe; None if not given.
            settings: maps settings to values.
            options: options specific to the task.
            table: options of the table.

        Raises:
            InputError: if the recipe does not exist or belongs to another task, or a setting does not exist.
        """

    @abstractmethod
    def source(self, table: TableOptions, options: Any) -> Any:
        """Returns the source that the options describe.

        Raises:
            InputError: if options do not fit together.
        """

    @abstractmethod
    def column_options(self, source: Any) -> Mapping[str, Iterable[str | None]]:
        """Maps each option to the source columns that it names."""

    @abstractmethod
    def metric_table(self, run: "Run") -> Table:
        """Returns the metrics of a finished run on the test part."""

    @abstractmethod
    def evaluate(self, run: "Run", part: str, keep_seen: bool | None, as_json: bool, out: Path | None) -> None:
        """Evaluates a finished run again on its data, and prints the metrics.

        Args:
            run: a finished run.
            part: "validation" or "test".
            keep_seen: whether items of the history can be recommended; None for the setting of the run.
            as_json: whether to print only JSON.
            out: folder for additional files; None for the run's folder.
        """

    @abstractmethod
    def export(self, run: "Run", dest: Path, options: "ExportOptions", retrieval: FirstStage | None) -> None:
        """Exports a finished run, and prints its location and the next step.

        Args:
            run: a finished run.
            dest: folder of the versions.
            options: further export options.
            retrieval: for a ranking run, the stage that finds its candidates; None if requests give the candidates.
        """

    def refuse_first_stage(self, run: "Run", retrieval: FirstStage | None) -> None:
        """Raises InputError if a retrieval stage is given for a run that does not rank."""
        if retrieval is not None:
            raise InputError(
                f"--retrieval is for ranking runs, but {run.folder} is a run of --task {self.name}: name a ranking run."
            )

    @abstractmethod
    def show_recipes(self, recipes: "Sequence[Recipe]") -> None:
        """Prints the task's recipes with their sources and settings."""

    def named(self, name: str, settings: Mapping[str, Any]) -> "Recipe":
        """Returns the named recipe with its settings; rejects recipes of other tasks."""
        from tfrec_dl.recipes.named import RECIPES, get_recipe, recipes_of

        recipes = recipes_of(self.name)
        if name in RECIPES and name not in recipes:
            task = RECIPES[name].family.task.name
            raise InputError(f"{name!r} is a recipe of --task {task}: name that task, or a recipe of {self.name}.")
        return get_recipe(name, recipes).with_settings(settings)

    @contextmanager
    def naming_options(self, source: Any) -> Iterator[None]:
        """Adds the relevant column option to an error about a missing column."""
        from tfrec_dl.data.tables.columns import MissingColumnError

        try:
            yield
        except MissingColumnError as error:
            for option, columns in self.column_options(source).items():
                if error.column in columns:
                    raise InputError(f"{error} ({option} names it)") from error
            raise


def say_exported(names: Sequence[str], version: Path) -> None:
    """Prints the location of an export."""
    from tfrec_dl.cli.console import say

    say(f"exported {' and '.join(names)} to {version}")
    say(f"its model card: {version / 'assets.extra' / 'model_card.md'}")
