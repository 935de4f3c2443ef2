"""Properties of the requested lists, and data about the items to choose from."""

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

from tfrec_dl.serving.attributes.questions import value_codes
from tfrec_dl.serving.attributes.terms import Arrays
from tfrec_dl.serving.graphs import traced_once


class Items(NamedTuple):
    """Item data that lists need.

    Attributes:
        vectors: indices [B, N] int32 -> [B, N, D] float32 of length 1.
        arrays: the attribute arrays of `compact_arrays`.
        indices: function from item numbers in a list to indices in the arrays, both [B, N] int32; identity by default.
    """

    vectors: Callable[[tf.Tensor], tf.Tensor]
    arrays: Arrays
    indices: Callable[[tf.Tensor], tf.Tensor] = tf.identity


class Wishes(NamedTuple):
    """Properties of the requested lists.

    Attributes:
        k: [B] int32, length.
        diversity: [B] float32 from 0 to 1.
        limited: [B, A] names of attributes with limited values, "" for none.
        numbers: [B, A] int32, maximum number of items with the same value; 0 for no limit.
        pins: [B, P] int32 indices of pinned items, 0 for none.
        places: [B, P] int32 from 1, place of each pinned item.
    """

    k: tf.Tensor
    diversity: tf.Tensor
    limited: tf.Tensor
    numbers: tf.Tensor
    pins: tf.Tensor
    places: tf.Tensor


def values_of(items: Items, indices: tf.Tensor, limited: tf.Tensor) -> tf.Tensor:
    """Does the same as `codes_of` for item numbers in a list."""
    return codes_of(items.arrays, items.indices(indices), limited)


@traced_once
def codes_of(arrays: Arrays, indices: tf.Tensor, limited: tf.Tensor) -> tf.Tensor:
    """Returns values of items [B, N] in attributes [B, A], in the form used by `Pool`: [B, N, W] int32."""
    batch, count = tf.unstack(tf.shape(indices))
    limits = tf.shape(limited)[1]
    codes = value_codes(arrays, tf.repeat(indices, limits, axis=0), tf.reshape(limited, [-1]))
    codes = tf.reshape(codes, [batch, limits, count, tf.shape(codes)[2]])
    # Each limit has codes of its own, so that values of different attributes cannot be confused.
    own = tf.where(codes >= 0, codes * limits + tf.range(limits)[:, None, None], -1)
    return tf.reshape(tf.transpose(own, [0, 2, 1, 3]), [batch, count, limits * tf.shape(codes)[3]])
