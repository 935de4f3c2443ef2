"""Content vectors: prepares and reads every kind of an item's raw features, and fuses them."""

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
import tensorflow as tf

from tfrec_dl.configurations import configuration
from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.catalogue.feature_kinds import Kind
from tfrec_dl.features.categories import Categories
from tfrec_dl.features.fusion import Concatenation
from tfrec_dl.features.image_cnn import ImageCNN
from tfrec_dl.features.numbers import Numbers
from tfrec_dl.features.readers import (
    CATEGORY_READERS,
    FUSIONS,
    NUMBER_READERS,
    PICTURE_READERS,
    CategoryReader,
    Fusion,
    NumberReader,
    PictureReader,
)
from tfrec_dl.features.text_cnn import TextCNN
from tfrec_dl.registered_fields import Registered

BLOCK = 1_024  # rows prepared at once: limits the memory of resized pictures


@configuration
class Content:
    """Readers of each kind of feature. Every feature has its own network; kinds without features cost nothing.

    Attributes:
        text: reader of texts.
        image: reader of pictures.
        categories: reader of categories and multi-categories.
        numbers: reader of numbers.
        fusion: how the vectors of an item's features are combined into one.
    """

    text: TextCNN = TextCNN()
    image: Annotated[PictureReader, Registered(PICTURE_READERS)] = ImageCNN()
    categories: Annotated[CategoryReader, Registered(CATEGORY_READERS, default="categories")] = Categories()
    numbers: Annotated[NumberReader, Registered(NUMBER_READERS, default="numbers")] = Numbers()
    fusion: Annotated[Fusion, Registered(FUSIONS)] = Concatenation()

    def of_kind(self, kind: str) -> Any:
        """Returns the reader of features of a kind in `Catalogue.kinds`."""
        return {
            "text": self.text,
            "image": self.image,
            "category": self.categories,
            "multi_category": self.categories,
            "number": self.numbers,
        }[kind]


def prepare(preparation: tf.keras.Model, columns: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Prepares raw features {name: [n, ...]} -> {name: [n, ...]}, some rows at a time."""
    rows = len(next(iter(columns.values())))
    blocks = []
    for start in range(0, max(rows, 1), BLOCK):
        block = {name: tf.convert_to_tensor(values[start : start + BLOCK]) for name, values in columns.items()}
        blocks.append({name: values.numpy() for name, values in preparation(block, training=False).items()})
    return {name: np.concatenate([block[name] for block in blocks]) for name in columns}


def content_vector(
    config: Content, catalogue: Catalogue, preparation: tf.keras.Model, dimension: int
) -> tuple[dict[str, tf.Tensor], tf.Tensor]:
    """Builds the trained part.

    Args:
        config: how each kind is read.
        catalogue: provides names and kinds of the features.
        preparation: preparation of the same features.
        dimension: width of the vector.

    Returns:
        Keras inputs of the prepared features {name: [N, ...]}, and the content vector [N, dimension].
    """
    inputs, vectors = feature_vectors(config, catalogue.kinds, preparation)
    return inputs, config.fusion.fuse(vectors, dimension)


def feature_vectors(
    config: Content, kinds: Mapping[str, Kind], preparation: tf.keras.Model
) -> tuple[dict[str, tf.Tensor], list[tf.Tensor]]:
    """Builds a network for each feature.

    Args:
        config: how each kind is read.
        kinds: feature -> kind.
        preparation: preparation of the same features.

    Returns:
        Keras inputs of the prepared features {name: [N, ...]}, and their vectors, [N, width of the reader] each.
    """
    inputs, vectors = {}, []
    for name, kind in kinds.items():
        output = preparation.output[name]
        inputs[name] = tf.keras.Input(output.shape[1:], dtype=output.dtype)
        reader = config.of_kind(kind)
        if kind in ("text", "category", "multi_category"):
            vectors.append(reader.vector(inputs[name], vocabulary_size(preparation, name)))
        else:
            vectors.append(reader.vector(inputs[name]))
    return inputs, vectors


def raw_input(kind: str) -> tf.Tensor:
    """Returns the Keras input for raw values of a kind, [N] or [N, H, W, 3]."""
    if kind == "image":
        return tf.keras.Input([None, None, 3], dtype=tf.uint8)
    return tf.keras.Input([], dtype=tf.float32 if kind == "number" else tf.string)


def vocabulary_size(preparation: tf.keras.Model, name: str) -> int:
    """Returns the size of a feature's lookup, padding and unknown included."""
    layer = preparation.output[name]._keras_history.layer
    size: int = layer.vocabulary_size()
    return size
