"""Base classes and registries of feature readers, and of fusions that combine their vectors."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from tfrec_dl.registry import Registry

if TYPE_CHECKING:
    import tensorflow as tf


@dataclass(frozen=True)
class NothingLearnt:
    """State of a preparation that learns nothing from the training rows."""


class FeatureReader(ABC):
    """Turns the raw values of a feature into vectors: a preparation without gradients, then a network.

    A subclass is a `@configuration` whose fields are its settings. What the preparation needs to know of the training
    rows, such as a vocabulary, is learned once and saved with the run.

    Attributes:
        state_type: class of the result of `learn`, a dataclass that pydantic can write as JSON.
    """

    state_type: ClassVar[type] = NothingLearnt

    def learn(self, values: np.ndarray) -> Any:
        """Learns what the preparation needs to know of the training rows; nothing by default.

        Args:
            values: raw values [n, ...] as in `Catalogue.columns`.

        Returns:
            An instance of `state_type`.
        """
        return self.state_type()

    def report(self, values: np.ndarray, state: Any) -> str:
        """Returns what to log about what was learned; "" (nothing) by default.

        Args:
            values: as for `learn`.
            state: the result of `learn`.
        """
        return ""

    @abstractmethod
    def preparation(self, state: Any) -> tf.keras.layers.Layer:
        """Builds the part that is not trained.

        Args:
            state: the result of `learn`.

        Returns:
            Layer, raw values [N, ...] -> prepared values [N, ...].
        """


class PictureReader(FeatureReader):
    """Turns pictures into vectors. A part is a frozen dataclass of its settings, registered under a name.

    Attributes:
        name: registered name; `register` sets it.
    """

    name: ClassVar[str]

    @abstractmethod
    def preparation(self, state: Any) -> tf.keras.layers.Layer:
        """Layer, pictures [N, H, W, 3] uint8 of any size -> input of `vector`, computed once per picture."""

    @abstractmethod
    def vector(self, prepared: tf.Tensor) -> tf.Tensor:
        """Builds the network, prepared values [N, ...] -> [N, F], zeros where the picture is black."""


class CategoryReader(FeatureReader):
    """Turns categories into vectors. A part is a frozen dataclass of its settings, registered under a name.

    Attributes:
        name: registered name; `register` sets it.
    """

    name: ClassVar[str]

    @abstractmethod
    def preparation(self, state: Any) -> tf.keras.layers.Layer:
        """Layer with `vocabulary_size()`, values [N] string -> indices [N, ...] int32 below that size, 0 for padding.

        Each value is "" or one category or several: "Drama|War".
        """

    @abstractmethod
    def vector(self, indices: tf.Tensor, size: int) -> tf.Tensor:
        """Builds the network.

        Args:
            indices: output of the preparation.
            size: `vocabulary_size()` of the preparation.

        Returns:
            [N, F].
        """


class NumberReader(FeatureReader):
    """Turns numbers into vectors. A part is a frozen dataclass of its settings, registered under a name.

    Attributes:
        name: registered name; `register` sets it.
    """

    name: ClassVar[str]

    @abstractmethod
    def preparation(self, state: Any) -> tf.keras.layers.Layer:
        """Layer, values [N] float32, NaN if missing -> input of `vector`."""

    @abstractmethod
    def vector(self, prepared: tf.Tensor) -> tf.Tensor:
        """Builds the network, prepared values [N, ...] -> [N, F]."""


class Fusion(ABC):
    """Combines the vectors of several features into one. A part is a frozen dataclass of its settings.

    Attributes:
        name: registered name; `register` sets it.
    """

    name: ClassVar[str]

    @abstractmethod
    def fuse(self, vectors: Sequence[tf.Tensor], dimension: int) -> tf.Tensor:
        """Builds the network, vectors [N, F_1], [N, F_2], ... -> [N, dimension]."""


PICTURE_READERS: Registry[PictureReader] = Registry("picture reader", "tfrec_dl.features")
CATEGORY_READERS: Registry[CategoryReader] = Registry("category reader", "tfrec_dl.features")
NUMBER_READERS: Registry[NumberReader] = Registry("number reader", "tfrec_dl.features")
FUSIONS: Registry[Fusion] = Registry("fusion", "tfrec_dl.features")
