"""A task: what models learn to do, and how models of the same task are compared."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, ClassVar

import pandas as pd

from tfrec_dl.data.dataset import Dataset, Source
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.report_blocks import Section
from tfrec_dl.families.monitored import Monitored
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.runs.run_folder import RunFolder
from tfrec_dl.serving.card import ModelCard


class Task(ABC):
    """Base class of tasks, which `compare`, `evaluate` and the model cards call.

    Attributes:
        name: name of the task, as given to `--task`.
        marks: what the configuration of its runs contains besides recipe and data.
        sources: classes of the sources that its models learn from; any by default.
        source_example: code that makes such a source, for messages.
    """

    name: ClassVar[str]
    marks: ClassVar[Mapping[str, Any]] = {}
    sources: ClassVar[tuple[type, ...]] = (object,)
    source_example: ClassVar[str] = "a source of your own"

    @abstractmethod
    def source(self, description: Mapping[str, Any]) -> Source:
        """Returns the source described in a run's configuration; see `Source.description`."""

    def refuse_other(self, source: Source) -> None:
        """Raises InputError if the source belongs to another task."""
        if not isinstance(source, self.sources):
            raise InputError(
                f"models of the task {self.name!r} do not learn from a {type(source).__name__}, nor from a path alone: "
                f"give {self.source_example}."
            )

    @abstractmethod
    def entries(self, run: Any, dataset: Dataset) -> list[Any]:
        """Returns a finished run's lines of the leaderboard, evaluated on the test part.

        Args:
            run: a `Run`.
            dataset: data of the run.
        """

    def why_not_together(self, recipes: Sequence[Recipe]) -> str | None:
        """Returns why models of these recipes cannot share a leaderboard, in one line; None (default) if they can."""
        return None

    @abstractmethod
    def baseline_entries(
        self, dataset: Dataset, recipes: Sequence[Recipe] = (), names: Collection[str] | None = None
    ) -> Iterator[Any]:
        """Yields the baselines' lines of the leaderboard, each fitted on request, and logged before.

        Args:
            dataset: data to fit and evaluate them on.
            recipes: recipes that they are compared with.
            names: names of the baselines; None for all.
        """

    @abstractmethod
    def monitored(self, dataset: Dataset) -> Monitored:
        """Returns the validation metric that models on these data are chosen by."""

    @abstractmethod
    def leaderboard(self, entries: Sequence[Any], dataset: Dataset) -> pd.DataFrame:
        """Sorts lines, best first."""

    def sections(self, entries: Sequence[Any], dataset: Any) -> list[Section]:
        """Returns report sections on evaluated models, besides the leaderboard; none by default.

        Args:
            entries: lines of the leaderboard that are shown together.
            dataset: data that they were evaluated on.
        """
        return []

    def examples(self, run: Any, dataset: Any, titles: Mapping[str, str]) -> list[Section]:
        """Returns report sections on single cases; none by default.

        Args:
            run: a finished `Run`.
            dataset: data of the run.
            titles: item id -> title, for items that have one.
        """
        return []

    @abstractmethod
    def card(self, run: RunFolder, data_terms: str | None = None, **facts: Any) -> ModelCard:
        """Makes the model card of a finished run.

        Args:
            run: the run.
            data_terms: terms of use of the data.
            **facts: other attributes of the card, which replace those of the run.

        Raises:
            InputError: if the run is not finished.
        """
