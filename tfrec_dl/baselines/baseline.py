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
    """A recommender without a neural network, against which every model is measured.

    A part is a class registered under a name; one more file is all that it takes, and `compare` fits it:

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
        name: under which it is registered; `register` sets it.
        place: among the baselines of the package, ascending; those of plugins follow.
        graph_class: what `graph` returns, with which a stack is read again; None where it has no graph.
        is_kept: whether `fit_baselines` keeps a fitted one as long as its split, for what takes long and little memory.
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
        """Fits it for lists in which items of the history compete, too; by default as `from_split`."""
        return cls.from_split(split)

    def refitted(self, split: Split) -> Baseline:
        """Fits it to another split's training part, with the settings that it has; by default as `from_split`."""
        return self.from_split(split)

    @classmethod
    def left_out(cls, split: Split) -> str | None:
        """Why it cannot be fitted to a split, in one line; by default None: it can."""
        return None

    @abstractmethod
    def scores(self, histories: Histories) -> np.ndarray:
        """Scores the whole catalogue.

        Args:
            histories: H histories, in time order; rows may be empty, and get the popular items.

        Returns:
            [H, vocabulary.size] float32 or float64, higher is better; the caller may overwrite it. Columns 0 (padding)
            and 1 (unknown) are ignored.
        """

    def graph(self) -> BaselineGraph:
        """The same scores inside a TensorFlow graph, for a stack.

        Raises:
            InputError: if it has no graph, as by default.
        """
        raise InputError(f"baseline {self.name!r} has no graph, which a stack is served by: leave it out of the stack.")


class ColdStartBaseline(ABC):
    """A recommender of cold items without a neural network; a part is a class registered under a name.

    Attributes:
        name: under which it is registered; `register` sets it.
        place: among the baselines of the package, ascending; those of plugins follow.
    """

    name: ClassVar[str]
    place: ClassVar[int] = 1000

    @classmethod
    @abstractmethod
    def from_cold_split(cls, cold_split: ColdStartSplit, texts: Sequence[str] | np.ndarray) -> ColdStartBaseline:
        """Fits it to a cold-start split and [V] texts of its items.

        Raises:
            InputError: if the texts do not suit it, or a package is missing: then it is left out.
        """

    @abstractmethod
    def scores(self, histories: Histories) -> np.ndarray:
        """Scores the whole catalogue, as those of `Baseline`."""


BASELINES: Registry[Baseline] = Registry(
    "baseline", "tfrec_dl.baselines", order=lambda cls: (cls.place, cls.__module__)
)
"""The baselines by name."""

COLD_BASELINES: Registry[ColdStartBaseline] = Registry(
    "cold-start baseline", "tfrec_dl.baselines", order=lambda cls: (cls.place, cls.__module__)
)
"""The baselines among cold items by name."""
