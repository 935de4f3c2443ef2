"""A task: what models learn to do, and how those that learn the same are measured beside each other."""

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
        name: as `--task` takes it.
        marks: what the configuration of its runs holds beside recipe and data.
        sources: classes of the sources that its models learn from; by default any.
        source_example: how one is made.
    """

    name: ClassVar[str]
    marks: ClassVar[Mapping[str, Any]] = {}
    sources: ClassVar[tuple[type, ...]] = (object,)
    source_example: ClassVar[str] = "a source of your own"

    @abstractmethod
    def source(self, description: Mapping[str, Any]) -> Source:
        """The source that a run's configuration describes; see `Source.description`."""

    def refuse_other(self, source: Source) -> None:
        """Raises InputError for the source of another task."""
        if not isinstance(source, self.sources):
            raise InputError(
                f"models of the task {self.name!r} do not learn from a {type(source).__name__}, nor from a path alone: "
                f"give {self.source_example}."
            )

    @abstractmethod
    def entries(self, run: Any, dataset: Dataset) -> list[Any]:
        """A finished run's lines of the leaderboard, measured on the test part.

        Args:
            run: a `Run`.
            dataset: its data.
        """

    def why_not_together(self, recipes: Sequence[Recipe]) -> str | None:
        """Why the models of recipes cannot stand on one leaderboard, in one line; by default None: they can."""
        return None

    @abstractmethod
    def baseline_entries(
        self, dataset: Dataset, recipes: Sequence[Recipe] = (), names: Collection[str] | None = None
    ) -> Iterator[Any]:
        """The baselines' lines of the leaderboard, each fitted when it is asked for, and logged before.

        Args:
            dataset: to fit and measure them on.
            recipes: that they stand beside.
            names: of the baselines; None for all.
        """

    @abstractmethod
    def monitored(self, dataset: Dataset) -> Monitored:
        """The validation metric by which models on these data are chosen."""

    @abstractmethod
    def leaderboard(self, entries: Sequence[Any], dataset: Dataset) -> pd.DataFrame:
        """Lines in order, best first."""

    def sections(self, entries: Sequence[Any], dataset: Any) -> list[Section]:
        """What a report shows of measured models beside the leaderboard; by default nothing.

        Args:
            entries: lines of the leaderboard that are shown beside each other.
            dataset: that they were measured on.
        """
        return []

    def examples(self, run: Any, dataset: Any, titles: Mapping[str, str]) -> list[Section]:
        """What a report shows of single cases; by default nothing.

        Args:
            run: a finished `Run`.
            dataset: its data.
            titles: of items, by their ids, as far as they have any.
        """
        return []

    @abstractmethod
    def card(self, run: RunFolder, data_terms: str | None = None, **facts: Any) -> ModelCard:
        """The model card of a finished run.

        Args:
            run: the run.
            data_terms: terms of use of the data.
            **facts: other attributes of the card, in place of the run's.

        Raises:
            InputError: if the run is not finished.
        """
