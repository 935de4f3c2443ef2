"""Reads pictures as vectors with a small convolutional network, from the pixels up."""

import tensorflow as tf
from pydantic import Field, PositiveInt

from tfrec_dl.configurations import configuration
from tfrec_dl.features.augmentation import Augmentation
from tfrec_dl.features.pictures import Resize, where_present
from tfrec_dl.features.readers import PICTURE_READERS, NothingLearnt, PictureReader
from tfrec_dl.layers.dropout import ResumableDropout


@PICTURE_READERS.register("image_cnn")
@configuration
class ImageCNN(PictureReader):
    """Strided convolutions over the pixels, trained with the recommender.

    Attributes:
        size: height and width in pixels that pictures are resized to.
        filters: filters of each convolution; each halves height and width.
        augmentation: in training, pictures are shifted by up to this share of their height and width, their contrast is
            changed by up to the same share, and half of them are mirrored, to avoid memorizing them; 0 for no changes.
        dropout: share of the pooled values set to zero in training.
    """

    size: tuple[PositiveInt, PositiveInt] = (48, 32)
    filters: tuple[PositiveInt, ...] = Field(default=(16, 32, 64), min_length=1)
    augmentation: float = Field(default=0.1, ge=0, lt=1)
    dropout: float = Field(default=0.2, ge=0, lt=1)

    def preparation(self, state: NothingLearnt) -> tf.keras.layers.Layer:
        """Layer, pictures [N, H, W, 3] uint8 of any size -> [N, height, width, 3] uint8."""
        return Resize(self.size)

    def vector(self, pictures: tf.Tensor) -> tf.Tensor:
        """Pictures [N, height, width, 3] uint8 -> [N, 2 x last filters], zeros if the picture is black (missing)."""
        values = pictures
        if self.augmentation:
            values = Augmentation(self.augmentation)(values)
        values = tf.keras.layers.Rescaling(1 / 127.5, offset=-1)(values)
        for filters in self.filters:
            values = tf.keras.layers.Conv2D(filters, 3, strides=2, padding="same", activation="relu")(values)
        mean = tf.keras.layers.GlobalAveragePooling2D()(values)
        largest = tf.keras.layers.GlobalMaxPooling2D()(values)
        vector = where_present(tf.keras.layers.Concatenate()([mean, largest]), pictures)
        return ResumableDropout(self.dropout)(vector) if self.dropout else vector
