"""A GAN discriminator whose layers serve as picture features: builds the network, and reads its weights from a file.

A file may come from anybody, and a Keras file can contain code. So nothing in it is executed: the size of pictures
and the filters are read as numbers, the network is built here, and its weights are filled with numbers only.
"""

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import tensorflow as tf
from pydantic import Field, TypeAdapter
from pydantic.dataclasses import dataclass

from tfrec_dl.errors import InputError

PREFIX = "features_"  # prefix of the names of the layers that are features
KERNEL = 4
NEGATIVE_SLOPE = 0.2
WEIGHTS, CONFIG = "model.weights.h5", "config.json"  # members of a .keras file
LONGEST_CONFIG = 2**20  # bytes
SLACK = 2**20  # bytes that a file of weights may have in addition to its numbers

Side = Annotated[int, Field(ge=1, le=4096, strict=True)]
Filters = Annotated[int, Field(ge=1, le=65_536, strict=True)]


@dataclass(frozen=True)
class _Shape:
    """Everything read from a file besides its weights: height and width, and the filters of each convolution."""

    size: tuple[Side, Side]
    filters: Annotated[tuple[Filters, ...], Field(min_length=1, max_length=12)]


def build_discriminator(size: Sequence[int], filters: Sequence[int]) -> tf.keras.Model:
    """Builds a discriminator: strided convolutions with leaky ReLU.

    It has no batch normalization, unlike DCGAN. A gradient penalty applies to one picture at a time, which must not
    depend on the other pictures of its batch, and neither must a picture's features.

    Args:
        size: height and width of the pictures in pixels.
        filters: filters of each convolution.

    Returns:
        Functional model, pictures [N, height, width, 3] float32 of -1 to 1 -> logits [N, 1]; its layers "features_1",
        ... are feature maps.
    """
    layers = tf.keras.layers
    inputs = tf.keras.Input([*size, 3])
    values = inputs
    for number, count in enumerate(filters, start=1):
        # Without normalization, the paper's small initial weights would let a picture vanish after some layers.
        convolution = layers.Conv2D(count, KERNEL, strides=2, padding="same", kernel_initializer="he_normal")
        values = layers.LeakyReLU(NEGATIVE_SLOPE, name=f"{PREFIX}{number}")(convolution(values))
    logits = layers.Dense(1, name="logit")(layers.Flatten()(values))
    return tf.keras.Model(inputs, logits, name="picture_discriminator")


def read_discriminator(path: str | None) -> tf.keras.Model:
    """Reads a file written by `save_discriminator`, without executing anything in it.

    Raises:
        InputError: if there is no file, or it contains no such discriminator.
    """
    if path is None or not Path(path).is_file():
        raise InputError(f"gan_features: no file {path!r}; give as weights the path that save_discriminator wrote to.")
    try:
        with zipfile.ZipFile(path) as archive:
            shape = _shape(archive)
            held = archive.getinfo(WEIGHTS).file_size
        expected = 4 * _weights(shape)
        if not expected <= held <= expected + SLACK:
            raise InputError(f"its weights take {held:,} bytes, and those of its layers {expected:,}")
        if Path(path).suffix != ".keras":  # the suffix by which Keras recognizes weights of its own format
            raise InputError("its name does not end in .keras")
        model = build_discriminator(shape.size, shape.filters)
        model.load_weights(path)
    except Exception as error:  # a damaged file can raise any exception
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise InputError(
            f"gan_features: {path!r} cannot be read as a discriminator ({reason}): give what save_discriminator wrote."
        ) from error
    return model


def _shape(archive: zipfile.ZipFile) -> _Shape:
    """Reads the sizes that a network is built from, as numbers within bounds."""
    with archive.open(CONFIG) as file:
        text = file.read(LONGEST_CONFIG + 1)
    if len(text) > LONGEST_CONFIG:
        raise InputError(f"its {CONFIG} is longer than {LONGEST_CONFIG:,} bytes")
    layers = [layer["config"] for layer in json.loads(text)["config"]["layers"]]
    size = next(layer["batch_input_shape"][1:3] for layer in layers if "batch_input_shape" in layer)
    filters = [layer["filters"] for layer in layers if "filters" in layer]
    if sum(str(layer["name"]).startswith(PREFIX) for layer in layers) != len(filters):
        raise InputError("the model in it is not a conv_gan discriminator")
    return TypeAdapter(_Shape).validate_python({"size": size, "filters": filters})


def _weights(shape: _Shape) -> int:
    """Returns the number of weights of a discriminator of this shape."""
    count, before, (height, width) = 0, 3, shape.size
    for filters in shape.filters:
        count += KERNEL * KERNEL * before * filters + filters
        before, height, width = filters, -(-height // 2), -(-width // 2)
    return count + height * width * before + 1
