"""Base class and registry of baselines."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from tfrec_dl.data.histories import Histories
from tfrec_dl.data.splits.cold_start import ColdStartSplit
from tfrec_dl.data.splits.split import Split
from tfrec_dl.errors import InputError
from tfrec_dl.registry import Registry

if TYPE_CHECKING:
    from tfrec_dl.baselines.graph import BaselineGraph


class Baseline(ABC):
    """A recommender without a neural network, which every model is compared with.

    A part is a class registered under a name. To add one, add a file; `compare` then fits it:

        @register("alphabet")
        class Alphabet(Baseline):
            def __init__(self, vocabulary):
                self.vocabulary = vocabulary

            @classmethod
            def from_split(cls, split):
                return cls(split.vocabulary)

            def scores(self, histories):
                return np.tile(-np.arange(self.vocabulary.size, dtype=np.float32), (len(histories), 1))

    Attributes:
        name: registered name; `register` sets it.
        place: sort position among the package's own baselines, ascending; those of plugins follow.
        graph_class: class that `graph` returns and that a stack is loaded with; None if there is no graph.
        is_kept: whether `fit_baselines` keeps a fitted one while its split exists, for baselines that take long to fit
            and little memory.
    """

    name: ClassVar[str]
    place: ClassVar[int] = 1000
    is_kept: ClassVar[bool] = False
    graph_class: ClassVar[type[BaselineGraph] | None] = None

    @classmethod
    @abstractmethod
    def from_split(cls, split: Split) -> Baseline:
        """Fits it as `compare` and benchmarks do: on the training part; settings may be chosen on validation."""

    @classmethod
    def from_split_with_seen(cls, split: Split) -> Baseline:
        """Fits the baseline for lists that may contain items of the history; by default same as `from_split`."""
        return cls.from_split(split)

    def refitted(self, split: Split) -> Baseline:
        """Fits it to another split's training part with its present settings; by default same as `from_split`."""
        return self.from_split(split)

    @classmethod
    def left_out(cls, split: Split) -> str | None:
        """Returns a one-line reason why the baseline cannot be fitted to a split; None (default) if it can."""
        return None

    @abstractmethod
    def scores(self, histories: Histories) -> np.ndarray:
        """Scores the whole catalogue.

        Args:
            histories: H histories, in time order. Rows may be empty; these get the popular items.

        Returns:
            [H, vocabulary.size] float32 or float64, higher is better; the caller may overwrite it. Columns 0 (padding)
            and 1 (unknown) are ignored.
        """

    def graph(self) -> BaselineGraph:
        """Returns a TensorFlow graph that computes the same scores, for a stack.

        Raises:
            InputError: if the baseline has no graph (default).
        """
        raise InputError(
            f"baseline {self.name!r} has no graph, which serving a stack needs: leave it out of the stack."
        )


class ColdStartBaseline(ABC):
    """A recommender of cold items without a neural network. A part is a class registered under a name.

    Attributes:
        name: registered name; `register` sets it.
        place: sort position among the package's own baselines, ascending; those of plugins follow.
    """

    name: ClassVar[str]
    place: ClassVar[int] = 1000

    @classmethod
    @abstractmethod
    def from_cold_split(cls, cold_split: ColdStartSplit, texts: Sequence[str] | np.ndarray) -> ColdStartBaseline:
        """Fits the baseline to a cold-start split and the [V] texts of its items.

        Raises:
            InputError: if the texts are unsuitable or a package is missing; the baseline is then left out.
        """

    @abstractmethod
    def scores(self, histories: Histories) -> np.ndarray:
        """Scores the whole catalogue, as `Baseline.scores` does."""


BASELINES: Registry[Baseline] = Registry(
    "baseline", "tfrec_dl.baselines", order=lambda cls: (cls.place, cls.__module__)
)
"""The baselines, by name."""

COLD_BASELINES: Registry[ColdStartBaseline] = Registry(
    "cold-start baseline", "tfrec_dl.baselines", order=lambda cls: (cls.place, cls.__module__)
)
"""The baselines for cold items, by name."""
