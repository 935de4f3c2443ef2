"""Sums over the conditions that hold for each item, inside a TensorFlow graph."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from tfrec_dl.serving.attributes.compact import HASHES
from tfrec_dl.serving.attributes.conditions import Conditions
from tfrec_dl.serving.graphs import traced_once

SMALLEST = float(np.finfo(np.float32).tiny)  # above 0: TensorFlow's threads take what is smaller for 0


class Terms(NamedTuple):
    """N conditions that are added up.

    Attributes:
        conditions: read, of known attributes.
        weights: [N] float32, finite, what each adds where it holds.
        groups: [N] int32, the sum that it is part of.
    """

    conditions: Conditions
    weights: tf.Tensor
    groups: tf.Tensor

    def where(self, chosen: tf.Tensor) -> Terms:
        """Those that are chosen [N] bool."""
        places = tf.where(chosen)[:, 0]
        conditions = Conditions(*(tf.gather(each, places) for each in self.conditions))
        return Terms(conditions, tf.gather(self.weights, places), tf.gather(self.groups, places))

    def shares(self, count: tf.Tensor) -> tf.Tensor:
        """[count, N] float32, the weight of each in each sum."""
        return tf.one_hot(self.groups, count, axis=0) * self.weights


@traced_once
def sums_by_group(arrays: Mapping[str, tf.Tensor], terms: Terms, count: tf.Tensor) -> tf.Tensor:
    """Adds up the weights of the conditions that hold.

    Work follows the conditions: what a request does not ask for is not computed.

    Args:
        arrays: those of `compact_arrays`.
        terms: the conditions.
        count: sums.

    Returns:
        [count, size] float32.
    """
    size = tf.shape(arrays["numbers"])[1]
    is_number = tf.gather(arrays["kinds"], terms.conditions.attributes) == "number"
    differs = terms.conditions.operators == "!="
    sums = _of_values(arrays, terms.where(~is_number & ~differs), count, size)
    for chosen, found in ((is_number, _of_numbers), (~is_number & differs, _of_other_values)):
        sums = tf.cond(
            tf.reduce_any(chosen),
            lambda chosen=chosen, found=found, sums=sums: sums + found(arrays, terms.where(chosen), count, size),
            lambda sums=sums: sums,
        )
    return sums


def _of_numbers(arrays: Mapping[str, tf.Tensor], terms: Terms, count: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
    """Each condition is a range of numbers, `!=` two of them; a missing number is in none."""
    operators, amounts = terms.conditions.operators, terms.conditions.amounts
    infinity = tf.constant(np.inf, tf.float32)
    above = tf.where(amounts == 0, SMALLEST, tf.math.nextafter(amounts, infinity))
    below = tf.where(amounts == 0, -SMALLEST, tf.math.nextafter(amounts, -infinity))
    equal, more, less, differs = (operators == each for each in ("=", ">", "<", "!="))
    lowest = tf.where(equal | (operators == ">="), amounts, tf.where(more, above, -infinity))
    highest = tf.where(equal | (operators == "<="), amounts, tf.where(less | differs, below, infinity))
    second = tf.where(differs)[:, 0]
    lowest = tf.concat([lowest, tf.gather(above, second)], axis=0)[:, None]
    highest = tf.concat([highest, tf.fill(tf.shape(second), infinity)], axis=0)[:, None]
    ranges = tf.concat([tf.range(tf.size(amounts, tf.int64)), second], axis=0)
    rows = tf.gather(arrays["number_rows"], tf.gather(terms.conditions.attributes, ranges))
    values = tf.gather(arrays["numbers"], rows)
    holds = tf.cast((values >= lowest) & (values <= highest), tf.float32)
    return tf.matmul(tf.gather(terms.shares(count), ranges, axis=1), holds)


def _of_values(arrays: Mapping[str, tf.Tensor], terms: Terms, count: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
    """The holders of each value get its weight, whatever the operator."""
    keys = tf.strings.join([terms.conditions.names, terms.conditions.values], "=")
    hashes = arrays["hashes"]
    places = tf.searchsorted(hashes, tf.strings.to_hash_bucket_fast(keys, HASHES))
    codes = tf.minimum(places, tf.size(hashes) - 1)
    known = tf.gather(arrays["texts"], codes) == keys
    starts, ends = (tf.gather(arrays["holder_offsets"], codes + step) for step in (0, 1))
    held = tf.where(known, ends - starts, 0)
    holders = tf.gather(arrays["holders"], tf.ragged.range(starts, starts + held).values)
    cells = tf.repeat(terms.groups * size, held) + holders
    # A third of the time that scatter_nd takes.
    sums = tf.math.unsorted_segment_sum(tf.repeat(terms.weights, held), cells, count * size)
    return tf.reshape(sums, [count, size])


def _of_other_values(arrays: Mapping[str, tf.Tensor], terms: Terms, count: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
    """The items that have values, but not this one, get its weight."""
    number = tf.size(terms.weights)
    alone = Terms(terms.conditions, tf.ones_like(terms.weights), tf.range(number))
    held = _of_values(arrays, alone, number, size)
    cells = terms.conditions.attributes[:, None] * size + tf.range(size)
    start, end = (tf.gather(arrays["code_offsets"], cells + step) for step in (0, 1))
    return tf.matmul(terms.shares(count), tf.cast((end > start) & (held == 0), tf.float32))
