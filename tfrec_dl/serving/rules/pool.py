"""A pool of candidate items, with the relevance, vector and limited attribute values of each."""

from typing import NamedTuple

import tensorflow as tf

FARTHEST = -1.0  # cosine


class Pool(NamedTuple):
    """C candidate items for each of B requests, best first.

    Attributes:
        free: [B, C] bool, whether an item can be chosen.
        relevance: [B, C] float32.
        vectors: [B, C, D] float32 of length 1; D is 0 if similarity does not matter.
        closest: [B, C] float32, cosine to the most similar chosen item, `FARTHEST` if none is chosen.
        values: [B, C, W] int32, attribute values of an item, in the same number of columns for each limit, one limit
            after the other. Values of different limits are distinct; unused columns are negative.
        counts: [B, C, W] int32, number of chosen items with this value.
    """

    free: tf.Tensor
    relevance: tf.Tensor
    vectors: tf.Tensor
    closest: tf.Tensor
    values: tf.Tensor
    counts: tf.Tensor


def closest_of(vectors: tf.Tensor, chosen: tf.Tensor, is_chosen: tf.Tensor) -> tf.Tensor:
    """Returns cosines to the most similar chosen item: [B, C, D], [B, T, D] and whether it exists [B, T] -> [B, C]."""
    cosines = tf.matmul(vectors, chosen, transpose_b=True)
    cosines = tf.where(is_chosen[:, None, :], cosines, FARTHEST)
    return tf.reduce_max(tf.pad(cosines, [[0, 0], [0, 0], [0, 1]], constant_values=FARTHEST), axis=2)


def holding(values: tf.Tensor, chosen: tf.Tensor) -> tf.Tensor:
    """Counts the chosen items [B, T, W] with each value [B, C, W]: int32 of the shape of `values`."""
    ours, theirs = (tf.reshape(each, [tf.shape(each)[0], -1]) for each in (values, chosen))
    alike = (ours[:, :, None] == theirs[:, None, :]) & (ours >= 0)[:, :, None]
    return tf.reshape(tf.math.count_nonzero(alike, axis=2, dtype=tf.int32), tf.shape(values))


def numbers_of_values(values: tf.Tensor, numbers: tf.Tensor) -> tf.Tensor:
    """Returns the maximum number of items per value: values [B, C, W] and limits [B, A] -> [B, C, W] int32.

    If there is no value or no limit, the number exceeds any count.
    """
    each = tf.math.floordiv(tf.shape(values)[2], tf.maximum(tf.shape(numbers)[1], 1))
    numbers = tf.repeat(numbers, each, axis=1)[:, None]
    return tf.where((values >= 0) & (numbers > 0), numbers, tf.int32.max)


def full(counts: tf.Tensor, most: tf.Tensor) -> tf.Tensor:
    """Returns whether an item has a value at its limit: [B, C, W] and its `numbers_of_values` -> [B, C]."""
    return tf.reduce_any(counts >= most, axis=2)


def scaled(scores: tf.Tensor, valid: tf.Tensor) -> tf.Tensor:
    """Scales the valid scores of each row to [0, 1]: [B, C]; all are 0 if they are equal."""
    lowest = tf.reduce_min(tf.where(valid, scores, float("inf")), axis=1, keepdims=True)
    highest = tf.reduce_max(tf.where(valid, scores, -float("inf")), axis=1, keepdims=True)
    return tf.where(valid, tf.math.divide_no_nan(scores - lowest, highest - lowest), 0.0)
