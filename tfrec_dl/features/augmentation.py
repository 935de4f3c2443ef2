"""Augments pictures in training."""

import tensorflow as tf

from tfrec_dl.layers.dropout import ResumableDropout


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class Augmentation(ResumableDropout):
    """Mirrors half of the pictures, shifts each and changes its contrast; shifted-in areas become a mirror image.

    Keras's own layers for this do not store the state of their random generators in checkpoints.

    Args:
        rate: largest shift, as a share of height and width, and largest change of the contrast.
    """

    def call(self, inputs: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        """[N, H, W, 3] of 0 to 255 -> the same as float32."""
        pictures = tf.cast(inputs, tf.float32)
        if not training or not self.rate:
            return pictures
        height, width = tf.unstack(tf.shape(pictures)[1:3])
        mirrored, right, down, contrast = tf.unstack(self._uniform([tf.shape(pictures)[0], 4], tf.float32), axis=1)
        is_mirrored = mirrored < 0.5
        across = self.rate * (2 * right - 1) * tf.cast(width, tf.float32)
        across += tf.where(is_mirrored, tf.cast(width - 1, tf.float32), 0.0)
        downwards = self.rate * (2 * down - 1) * tf.cast(height, tf.float32)
        zeros = tf.zeros_like(across)
        # Source of each pixel: (a x + b y + c, d x + e y + f).
        origins = [tf.where(is_mirrored, -1.0, 1.0), zeros, across, zeros, zeros + 1, downwards, zeros, zeros]
        moved = tf.raw_ops.ImageProjectiveTransformV3(
            images=pictures,
            transforms=tf.stack(origins, axis=1),
            output_shape=[height, width],
            interpolation="BILINEAR",
            fill_mode="REFLECT",
            fill_value=0.0,
        )
        mean = tf.reduce_mean(moved, axis=[1, 2], keepdims=True)
        factor = 1 + self.rate * (2 * contrast - 1)[:, None, None, None]
        return tf.clip_by_value((moved - mean) * factor + mean, 0.0, 255.0)
