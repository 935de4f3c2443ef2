"""What a list shall be, and what is known of the items that it is made of."""

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

from tfrec_dl.serving.attributes.questions import value_codes
from tfrec_dl.serving.attributes.terms import Arrays
from tfrec_dl.serving.graphs import traced_once


class Items(NamedTuple):
    """What lists ask of items.

    Attributes:
        vectors: indices [B, N] int32 -> [B, N, D] float32 of length 1.
        arrays: attributes, those of `compact_arrays`.
        indices: what stands for items in a list -> their indices in the arrays, both [B, N] int32; the same by default.
    """

    vectors: Callable[[tf.Tensor], tf.Tensor]
    arrays: Arrays
    indices: Callable[[tf.Tensor], tf.Tensor] = tf.identity


class Wishes(NamedTuple):
    """What a list shall be.

    Attributes:
        k: [B] int32, how long.
        diversity: [B] float32 from 0 to 1.
        limited: [B, A] names of attributes whose values are limited, "" for none.
        numbers: [B, A] int32, how many items of a value the list may hold; 0 for any number.
        pins: [B, P] int32 indices, 0 for none.
        places: [B, P] int32 from 1, of each pin.
    """

    k: tf.Tensor
    diversity: tf.Tensor
    limited: tf.Tensor
    numbers: tf.Tensor
    pins: tf.Tensor
    places: tf.Tensor


def values_of(items: Items, indices: tf.Tensor, limited: tf.Tensor) -> tf.Tensor:
    """As `codes_of`, of what stands for items."""
    return codes_of(items.arrays, items.indices(indices), limited)


@traced_once
def codes_of(arrays: Arrays, indices: tf.Tensor, limited: tf.Tensor) -> tf.Tensor:
    """Values of items [B, N] in attributes [B, A], as a `Pool` has them: [B, N, W] int32."""
    batch, count = tf.unstack(tf.shape(indices))
    limits = tf.shape(limited)[1]
    codes = value_codes(arrays, tf.repeat(indices, limits, axis=0), tf.reshape(limited, [-1]))
    codes = tf.reshape(codes, [batch, limits, count, tf.shape(codes)[2]])
    # A code of its own for each limit, so that values of different attributes are not taken for each other.
    own = tf.where(codes >= 0, codes * limits + tf.range(limits)[:, None, None], -1)
    return tf.reshape(tf.transpose(own, [0, 2, 1, 3]), [batch, count, limits * tf.shape(codes)[3]])
