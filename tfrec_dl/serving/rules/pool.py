"""A pool of items to choose from, and what is known of each: relevance, vectors, values that are limited."""

from typing import NamedTuple

import tensorflow as tf

FARTHEST = -1.0  # cosine


class Pool(NamedTuple):
    """C items of B requests, best first.

    Attributes:
        free: [B, C] bool, whether an item can be chosen.
        relevance: [B, C] float32.
        vectors: [B, C, D] float32 of length 1; D is 0 where likeness does not count.
        closest: [B, C] float32, cosine to the most alike item that is chosen, `FARTHEST` where none is.
        values: [B, C, W] int32, values of an item in as many columns for each limit, one limit after the other, no two
            of them alike; negative where it has fewer.
        counts: [B, C, W] int32, how many that are chosen have this value.
    """

    free: tf.Tensor
    relevance: tf.Tensor
    vectors: tf.Tensor
    closest: tf.Tensor
    values: tf.Tensor
    counts: tf.Tensor


def closest_of(vectors: tf.Tensor, chosen: tf.Tensor, is_chosen: tf.Tensor) -> tf.Tensor:
    """Cosine to the most alike chosen item: [B, C, D], [B, T, D] and whether there is one [B, T] -> [B, C]."""
    cosines = tf.matmul(vectors, chosen, transpose_b=True)
    cosines = tf.where(is_chosen[:, None, :], cosines, FARTHEST)
    return tf.reduce_max(tf.pad(cosines, [[0, 0], [0, 0], [0, 1]], constant_values=FARTHEST), axis=2)


def holding(values: tf.Tensor, chosen: tf.Tensor) -> tf.Tensor:
    """How many of the chosen items [B, T, W] have each value [B, C, W]: int32 of the shape of `values`."""
    ours, theirs = (tf.reshape(each, [tf.shape(each)[0], -1]) for each in (values, chosen))
    alike = (ours[:, :, None] == theirs[:, None, :]) & (ours >= 0)[:, :, None]
    return tf.reshape(tf.math.count_nonzero(alike, axis=2, dtype=tf.int32), tf.shape(values))


def numbers_of_values(values: tf.Tensor, numbers: tf.Tensor) -> tf.Tensor:
    """How many items can have each value of an item: values [B, C, W] and limits [B, A] -> [B, C, W] int32.

    Where there is no value, or no limit, more than there are.
    """
    each = tf.math.floordiv(tf.shape(values)[2], tf.maximum(tf.shape(numbers)[1], 1))
    numbers = tf.repeat(numbers, each, axis=1)[:, None]
    return tf.where((values >= 0) & (numbers > 0), numbers, tf.int32.max)


def full(counts: tf.Tensor, most: tf.Tensor) -> tf.Tensor:
    """Whether an item has a value of which no more can be chosen: [B, C, W] and its `numbers_of_values` -> [B, C]."""
    return tf.reduce_any(counts >= most, axis=2)


def scaled(scores: tf.Tensor, valid: tf.Tensor) -> tf.Tensor:
    """Scores from 0, the lowest of a row's valid ones, to 1, the highest: [B, C]; all 0 where they are one number."""
    lowest = tf.reduce_min(tf.where(valid, scores, float("inf")), axis=1, keepdims=True)
    highest = tf.reduce_max(tf.where(valid, scores, -float("inf")), axis=1, keepdims=True)
    return tf.where(valid, tf.math.divide_no_nan(scores - lowest, highest - lowest), 0.0)
