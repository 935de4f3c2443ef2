"""Evaluation of conditions inside a TensorFlow graph: one condition for all items, or several for some items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from tfrec_dl.serving.attributes.compact import HASHES
from tfrec_dl.serving.attributes.conditions import Conditions
from tfrec_dl.serving.graphs import called_cond, traced_once

SMALLEST = float(np.finfo(np.float32).tiny)  # stands for above 0; TensorFlow's threads flush smaller numbers to 0


class Sought(NamedTuple):
    """N conditions as positions in the arrays of `compact_arrays`.

    Attributes:
        attributes: [N] int32.
        is_number: [N] bool, whether the condition is numeric.
        differs: [N] bool, whether it holds for items that have values, but not this one.
        rows: [N] int32, row of the numeric attribute.
        lowest: [N] float32, lowest matching number.
        highest: [N] float32, highest matching number.
        codes: [N] int32, code of the value; -1 if no item has it.
        starts: [N] int32, start of the items that have the value.
        ends: [N] int32, end of these items.
    """

    attributes: tf.Tensor
    is_number: tf.Tensor
    differs: tf.Tensor
    rows: tf.Tensor
    lowest: tf.Tensor
    highest: tf.Tensor
    codes: tf.Tensor
    starts: tf.Tensor
    ends: tf.Tensor

    def at(self, place: tf.Tensor) -> Sought:
        """Returns one or several of the conditions."""
        return Sought(*(tf.gather(each, place) for each in self))


def sought(arrays: Mapping[str, tf.Tensor], conditions: Conditions) -> Sought:
    """Looks up conditions on known attributes."""
    attributes, operators, amounts = conditions.attributes, conditions.operators, conditions.amounts
    more, most, less, least = (operators == each for each in (">", ">=", "<", "<="))
    infinity = tf.constant(np.inf, tf.float32)
    above = tf.where(amounts == 0, SMALLEST, tf.math.nextafter(amounts, infinity))
    below = tf.where(amounts == 0, -SMALLEST, tf.math.nextafter(amounts, -infinity))
    keys = tf.strings.join([conditions.names, conditions.values], "=")
    hashes = arrays["hashes"]
    codes = tf.searchsorted(hashes, tf.strings.to_hash_bucket_fast(keys, HASHES))
    codes = tf.minimum(codes, tf.size(hashes) - 1)
    starts, ends = (tf.gather(arrays["holder_offsets"], codes + step) for step in (0, 1))
    is_known = tf.gather(arrays["texts"], codes) == keys
    return Sought(
        attributes,
        tf.gather(arrays["kinds"], attributes) == "number",
        operators == "!=",
        tf.gather(arrays["number_rows"], attributes),
        lowest=tf.where(more, above, tf.where(less | least, -infinity, amounts)),
        highest=tf.where(less, below, tf.where(more | most, infinity, amounts)),
        codes=tf.where(is_known, codes, -1),
        starts=starts,
        ends=tf.where(is_known, ends, starts),
    )


@traced_once
def holds_for(arrays: Mapping[str, tf.Tensor], one: Sought) -> tf.Tensor:
    """Returns which items satisfy one condition: [size] bool."""
    size = tf.shape(arrays["numbers"])[1]

    def in_range() -> tf.Tensor:
        numbers = tf.gather(arrays["numbers"], one.rows)
        found = (numbers >= one.lowest) & (numbers <= one.highest)  # false for a missing number
        return tf.cond(one.differs, lambda: (numbers == numbers) & ~found, lambda: found)

    def of_value() -> tf.Tensor:
        holders = arrays["holders"][one.starts : one.ends]
        # takes a quarter of the time of scatter_nd
        found = tf.math.unsorted_segment_sum(tf.ones_like(holders, tf.uint8), holders, size) > 0
        return tf.cond(one.differs, lambda: has_value() & ~found, lambda: found)

    def has_value() -> tf.Tensor:
        first = one.attributes * size
        offsets = arrays["code_offsets"][first : first + size + 1]
        return offsets[1:] > offsets[:-1]

    return called_cond(one.is_number, in_range, of_value)


@traced_once
def hold_for(arrays: Mapping[str, tf.Tensor], conditions: Sought, items: tf.Tensor) -> tf.Tensor:
    """Returns which items [N, C] int32 satisfy the condition of their row: [N, C] bool."""
    size = tf.shape(arrays["numbers"])[1]

    def numbers() -> tf.Tensor:
        return tf.gather(tf.reshape(arrays["numbers"], [-1]), conditions.rows[:, None] * size + items)

    found = tf.cond(tf.reduce_any(conditions.is_number), numbers, lambda: tf.fill(tf.shape(items), np.nan))
    in_range = (found >= conditions.lowest[:, None]) & (found <= conditions.highest[:, None])
    first = conditions.attributes[:, None] * size + items
    starts, ends = (tf.gather(arrays["code_offsets"], first + step) for step in (0, 1))
    width = tf.reduce_max(tf.pad(tf.reshape(ends - starts, [-1]), [[0, 1]]))
    cells = starts[:, :, None] + tf.range(width)
    codes = tf.gather(arrays["codes"], tf.where(cells < ends[:, :, None], cells, tf.size(arrays["codes"]) - 1))
    of_value = tf.reduce_any(codes == tf.where(conditions.codes < 0, -2, conditions.codes)[:, None, None], axis=2)
    held = tf.where(conditions.is_number[:, None], in_range, of_value)
    return (ends > starts) & (held != conditions.differs[:, None])
