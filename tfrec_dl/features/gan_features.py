"""Reads pictures as vectors: features of a GAN's discriminator, which learned them without labels."""

from math import ceil
from typing import Annotated, ClassVar

import numpy as np
import tensorflow as tf
from pydantic import AfterValidator, Field, PositiveInt
from pydantic.dataclasses import dataclass

from tfrec_dl.configurations import configuration
from tfrec_dl.features.discriminator import PREFIX, read_discriminator
from tfrec_dl.features.pictures import Resize, absolute_path, where_present
from tfrec_dl.features.readers import PICTURE_READERS, PictureReader
from tfrec_dl.layers.dropout import ResumableDropout

BLOCK = 256  # pictures read at once
LEAST_VARIANCE = 1e-6  # a unit that never fires has no variance, and would dominate once a picture activates it


@dataclass(frozen=True)
class GANFeatureState:
    """Mean and variance of each feature [F] over the training pictures, float32 numbers."""

    mean: list[float]
    variance: list[float]


@PICTURE_READERS.register("gan_features")
@configuration
class GANFeatures(PictureReader):
    """Fixed picture features: the largest activations of each layer of a discriminator, over a grid.

    They are computed once per picture, in standard deviations from the mean of the training items (Radford et al.,
    Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks, ICLR 2016, section
    5.1, whose grid is 4 by 4).

    Attributes:
        weights: path of the file written by `save_discriminator`, which is not copied into a run's folder: opening the
            run needs the file too.
        grid: rows and columns of the fields that a picture is divided into; each gives the largest value of every
            filter.
        dropout: share of the features set to zero in training.
    """

    weights: Annotated[str, AfterValidator(absolute_path)] | None = None
    grid: tuple[PositiveInt, PositiveInt] = (2, 2)
    dropout: float = Field(default=0.2, ge=0, lt=1)
    state_type: ClassVar[type] = GANFeatureState

    def learn(self, values: np.ndarray) -> GANFeatureState:
        """Learns mean and variance of the features of pictures [N, H, W, 3] uint8.

        Raises:
            InputError: as `preparation`.
        """
        inputs, features, _ = self._features()
        mean, variance = _moments(tf.keras.Model(inputs, features), values)
        return GANFeatureState(mean.tolist(), variance.tolist())

    def preparation(self, state: GANFeatureState) -> tf.keras.layers.Layer:
        """Builds the features.

        Returns:
            Functional model, pictures [N, H, W, 3] uint8 of any size -> features [N, F] float32, zeros if the
            picture is black (missing).

        Raises:
            InputError: if there is no file, or it contains no such discriminator.
        """
        inputs, features, resized = self._features()
        mean, variance = (np.array(values, dtype=np.float32) for values in (state.mean, state.variance))
        standard = tf.keras.layers.Normalization(mean=mean, variance=variance)(features)
        return tf.keras.Model(inputs, where_present(standard, resized), name=self.name)

    def vector(self, prepared: tf.Tensor) -> tf.Tensor:
        """Returns the output of the preparation, [N, F] float32, with dropout."""
        return ResumableDropout(self.dropout)(prepared) if self.dropout else prepared

    def _features(self) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Returns Keras tensors: pictures, their unscaled features, and the resized pictures."""
        discriminator = read_discriminator(self.weights)
        inputs = tf.keras.Input([None, None, 3], dtype=tf.uint8)
        resized = Resize(discriminator.input_shape[1:3])(inputs)
        pixels = tf.keras.layers.Rescaling(1 / 127.5, offset=-1)(resized)
        return inputs, grid_features(discriminator, self.grid)(pixels), resized


def grid_features(discriminator: tf.keras.Model, grid: tuple[int, int]) -> tf.keras.Model:
    """Builds the grid features of a discriminator.

    Args:
        discriminator: functional model over pixels [N, height, width, 3] of -1 to 1, whose layers "features_1", ... are
            feature maps.
        grid: rows and columns; fewer if a map is smaller.

    Returns:
        Functional model that is not trained further, the same pixels -> [N, F] float32.
    """
    pooled = []
    for layer in discriminator.layers:
        if layer.name.startswith(PREFIX):
            fields = [ceil(pixels / cells) for pixels, cells in zip(layer.output.shape[1:3], grid, strict=True)]
            largest = tf.keras.layers.MaxPooling2D(fields, padding="same")(layer.output)
            pooled.append(tf.keras.layers.Flatten()(largest))
    features = tf.keras.layers.Concatenate()(pooled) if len(pooled) > 1 else pooled[0]
    model = tf.keras.Model(discriminator.input, features)
    model.trainable = False
    return model


def _moments(model: tf.keras.Model, pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance [F] of the features of the pictures that are not missing; 0 and 1 if there are none."""
    present = np.flatnonzero(pictures.any(axis=(1, 2, 3)))
    if not len(present):
        return np.zeros(model.output.shape[1], np.float32), np.ones(model.output.shape[1], np.float32)
    blocks = [present[start : start + BLOCK] for start in range(0, len(present), BLOCK)]
    features = np.concatenate([model(tf.constant(pictures[block]), training=False).numpy() for block in blocks])
    return features.mean(axis=0), np.maximum(features.var(axis=0), LEAST_VARIANCE)
