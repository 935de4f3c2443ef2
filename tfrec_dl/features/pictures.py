"""Helpers for networks over pictures: resizing, missing pictures, files of weights."""

from pathlib import Path

import tensorflow as tf


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class Resize(tf.keras.layers.Layer):
    """Resizes pictures of any size to one size.

    Args:
        size: height and width in pixels.
    """

    def __init__(self, size: tuple[int, int], **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.size = tuple(size)

    def call(self, pictures: tf.Tensor) -> tf.Tensor:
        """[N, H, W, 3] uint8 -> [N, height, width, 3] uint8."""
        resized = tf.image.resize(tf.cast(pictures, tf.float32), self.size, antialias=True)
        return tf.cast(tf.round(tf.clip_by_value(resized, 0, 255)), tf.uint8)

    def get_config(self) -> dict:
        """Returns the arguments needed to rebuild the layer."""
        return {**super().get_config(), "size": self.size}


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class IsPresent(tf.keras.layers.Layer):
    """Returns 1 for pictures, 0 for black ones, which count as missing."""

    def call(self, pictures: tf.Tensor) -> tf.Tensor:
        """[N, H, W, 3] uint8 -> [N, 1] float32."""
        return tf.cast(tf.reduce_any(pictures > 0, axis=[1, 2, 3]), tf.float32)[:, None]


def where_present(vector: tf.Tensor, pictures: tf.Tensor) -> tf.Tensor:
    """The vector [N, F], with zeros where the picture [N, H, W, 3] is black, which means missing."""
    return tf.keras.layers.Multiply()([vector, IsPresent()(pictures)])


def absolute_path(path: str) -> str:
    """Returns the absolute path, because a run may be opened from another working directory."""
    return str(Path(path).resolve())
