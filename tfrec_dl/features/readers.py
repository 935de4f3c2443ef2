"""What reads a feature and what joins the vectors of several: base classes, and the classes by name."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from tfrec_dl.registry import Registry

if TYPE_CHECKING:
    import tensorflow as tf


class PictureReader(ABC):
    """From pictures to vectors. A part is a frozen dataclass of its settings, registered under a name.

    Attributes:
        name: under which it is registered; `register` sets it.
    """

    name: ClassVar[str]

    @abstractmethod
    def preparation(self, pictures: np.ndarray) -> tf.keras.layers.Layer:
        """Learns what needs no gradient from pictures [N, H, W, 3] uint8.

        Returns:
            Layer, pictures [N, H, W, 3] uint8 of any size -> what `vector` takes, computed once for each picture.
        """

    @abstractmethod
    def vector(self, prepared: tf.Tensor) -> tf.Tensor:
        """Builds the network, what the preparation gives [N, ...] -> [N, F], zeros where the picture is black."""


class CategoryReader(ABC):
    """From categories to vectors. A part is a frozen dataclass of its settings, registered under a name.

    Attributes:
        name: under which it is registered; `register` sets it.
    """

    name: ClassVar[str]

    @abstractmethod
    def preparation(self, values: np.ndarray) -> tf.keras.layers.Layer:
        """Learns the categories of values [n] object (str), each "" or one category or several: "Drama|War".

        Returns:
            Layer with `vocabulary_size()`, values [N] string -> indices [N, ...] int32 below that size, 0 for padding.
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


class NumberReader(ABC):
    """From numbers to vectors. A part is a frozen dataclass of its settings, registered under a name.

    Attributes:
        name: under which it is registered; `register` sets it.
    """

    name: ClassVar[str]

    @abstractmethod
    def preparation(self, values: np.ndarray) -> tf.keras.layers.Layer:
        """Learns what needs no gradient from values [n] float32, NaN where missing.

        Returns:
            Layer, values [N] float32 -> what `vector` takes.
        """

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
