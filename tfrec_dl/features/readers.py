"""Base classes and registries of feature readers, and of fusions that join their vectors."""

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
    """What a preparation has to know that learns nothing of the training rows."""


class FeatureReader(ABC):
    """Turns the raw values of a feature into vectors: a preparation without gradients, then a network.

    A subclass is a `@configuration` whose fields are its settings. What the preparation has to know of the
    training rows, such as a vocabulary, is learnt once and saved with the run.

    Attributes:
        state_type: class of what `learn` gives, a dataclass that pydantic can write as JSON.
    """

    state_type: ClassVar[type] = NothingLearnt

    def learn(self, values: np.ndarray) -> Any:
        """What the preparation has to know of the training rows; default nothing.

        Args:
            values: raw values [n, ...] as in `Catalogue.columns`.

        Returns:
            An instance of `state_type`.
        """
        return self.state_type()

    def report(self, values: np.ndarray, state: Any) -> str:
        """What to log of what was learnt; default nothing, "".

        Args:
            values: as for `learn`.
            state: as of `learn`.
        """
        return ""

    @abstractmethod
    def preparation(self, state: Any) -> tf.keras.layers.Layer:
        """Builds the part that is not trained.

        Args:
            state: as of `learn`.

        Returns:
            Layer, raw values [N, ...] -> prepared values [N, ...].
        """


class PictureReader(FeatureReader):
    """From pictures to vectors. A part is a frozen dataclass of its settings, registered under a name.

    Attributes:
        name: under which it is registered; `register` sets it.
    """

    name: ClassVar[str]

    @abstractmethod
    def preparation(self, state: Any) -> tf.keras.layers.Layer:
        """Layer, pictures [N, H, W, 3] uint8 of any size -> what `vector` takes, computed once for each picture."""

    @abstractmethod
    def vector(self, prepared: tf.Tensor) -> tf.Tensor:
        """Builds the network, what the preparation gives [N, ...] -> [N, F], zeros where the picture is black."""


class CategoryReader(FeatureReader):
    """From categories to vectors. A part is a frozen dataclass of its settings, registered under a name.

    Attributes:
        name: under which it is registered; `register` sets it.
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
            indices: what the preparation gives.
            size: its `vocabulary_size()`.

        Returns:
            [N, F].
        """


class NumberReader(FeatureReader):
    """From numbers to vectors. A part is a frozen dataclass of its settings, registered under a name.

    Attributes:
        name: under which it is registered; `register` sets it.
    """

    name: ClassVar[str]

    @abstractmethod
    def preparation(self, state: Any) -> tf.keras.layers.Layer:
        """Layer, values [N] float32, NaN where missing -> what `vector` takes."""

    @abstractmethod
    def vector(self, prepared: tf.Tensor) -> tf.Tensor:
        """Builds the network, what the preparation gives [N, ...] -> [N, F]."""


class Fusion(ABC):
    """From the vectors of several features to one. A part is a frozen dataclass of its settings.

    Attributes:
        name: under which it is registered; `register` sets it.
    """

    name: ClassVar[str]

    @abstractmethod
    def fuse(self, vectors: Sequence[tf.Tensor], dimension: int) -> tf.Tensor:
        """Builds the network, vectors [N, F_1], [N, F_2], ... -> [N, dimension]."""


PICTURE_READERS: Registry[PictureReader] = Registry("picture reader", "tfrec_dl.features")
CATEGORY_READERS: Registry[CategoryReader] = Registry("category reader", "tfrec_dl.features")
NUMBER_READERS: Registry[NumberReader] = Registry("number reader", "tfrec_dl.features")
FUSIONS: Registry[Fusion] = Registry("fusion", "tfrec_dl.features")
