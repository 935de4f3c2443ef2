"""Differentiable augmentation of pictures, applied equally to real and generated ones."""

import tensorflow as tf


def augmented(pictures: tf.Tensor, rate: float, seed: tf.Tensor) -> tf.Tensor:
    """Mirrors half of the pictures, shifts each, and changes its brightness, contrast and saturation.

    A discriminator that sees few pictures memorizes them. Augmenting both sides alike prevents this, and the generator
    does not learn the changes (Zhao et al., Differentiable Augmentation for Data-Efficient GAN Training, NeurIPS 2020).

    Args:
        pictures: [N, H, W, 3] float32 of -1 to 1.
        rate: maximum shift as a share of height and width. Brightness changes by up to the same share of its range,
            contrast and saturation by up to twice that share of their values. 0 leaves the pictures unchanged.
        seed: [2] int32, seed of the changes.

    Returns:
        [N, H, W, 3] float32; areas shifted in repeat the edge.
    """
    if not rate:
        return pictures
    count, height, width = tf.unstack(tf.shape(pictures)[:3])
    changes = tf.random.stateless_uniform([6, count, 1], seed, -rate, rate)
    mirrored, down, across, brightness, contrast, saturation = tf.unstack(changes)
    rows = tf.range(height)[None] + tf.cast(tf.round(down * tf.cast(height, tf.float32)), tf.int32)
    columns = tf.range(width)[None] + tf.cast(tf.round(across * tf.cast(width, tf.float32)), tf.int32)
    columns = tf.where(mirrored < 0, width - 1 - columns, columns)
    moved = tf.gather(pictures, tf.clip_by_value(rows, 0, height - 1), axis=1, batch_dims=1)
    moved = tf.gather(moved, tf.clip_by_value(columns, 0, width - 1), axis=2, batch_dims=1)
    grey = tf.reduce_mean(moved, axis=3, keepdims=True)
    coloured = grey + (moved - grey) * (1 + 2 * saturation[:, :, None, None])
    mean = tf.reduce_mean(coloured, axis=[1, 2, 3], keepdims=True)
    return mean + (coloured - mean) * (1 + 2 * contrast[:, :, None, None]) + 2 * brightness[:, :, None, None]
