"""What conditions say of each item, request by request, inside a TensorFlow graph.

A condition at a time: as one array of all conditions and items, each comparison would take five times as long.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import tensorflow as tf

from tfrec_dl.serving.attributes.conditions import Conditions
from tfrec_dl.serving.attributes.holding import Sought, holds_for, sought
from tfrec_dl.serving.graphs import CALLED, called_cond, traced_once

Arrays = Mapping[str, tf.Tensor]  # those of `compact_arrays`


@traced_once
def fulfilling(arrays: Arrays, conditions: Conditions, wanted: tf.Tensor, batch: tf.Tensor) -> tf.Tensor:
    """The items for which conditions hold that are wanted, and no others.

    Args:
        arrays: attributes of items.
        conditions: N, of known attributes.
        wanted: [N] bool, whether it must hold, as an alternative to those with `=` on the same attribute, or must not.
        batch: requests.

    Returns:
        [batch, size] bool.
    """
    found, each = sought(arrays, conditions), tf.range(tf.size(wanted))
    rows, places = (tf.strings.as_string(of) for of in (conditions.rows, each))
    alternative = wanted & (conditions.operators == "=")
    distinct, groups = tf.unique(tf.where(alternative, tf.strings.join([rows, "=", conditions.names]), places))
    count = tf.size(distinct)
    firsts = tf.math.unsorted_segment_min(each, groups, count)

    def of_group(group: tf.Tensor, good: tf.Tensor) -> tf.Tensor:
        first = firsts[group]
        others = tf.where((groups == group) & (each != first))[:, 0]
        held = holds_for(arrays, found.at(first))
        held = called_cond(tf.size(others) > 0, lambda: held | _any_of(arrays, found.at(others)), lambda: held)
        return called_cond(wanted[first], lambda: good & held, lambda: good & ~held)

    size = tf.shape(arrays["numbers"])[1]
    return _by_row(of_group, tf.gather(conditions.rows, firsts), tf.ones([batch, size], tf.bool))


@traced_once
def weighed(arrays: Arrays, conditions: Conditions, weights: tf.Tensor, batch: tf.Tensor) -> tf.Tensor:
    """Sums of the weights of the conditions that hold for each item.

    Args:
        arrays: attributes of items.
        conditions: N, of known attributes.
        weights: [N] float32.
        batch: requests.

    Returns:
        [batch, size] float32.
    """
    found = sought(arrays, conditions)

    def of_condition(place: tf.Tensor, sums: tf.Tensor) -> tf.Tensor:
        return sums + tf.cast(holds_for(arrays, found.at(place)), tf.float32) * weights[place]

    size = tf.shape(arrays["numbers"])[1]
    return _by_row(of_condition, conditions.rows, tf.zeros([batch, size]))


def _any_of(arrays: Arrays, found: Sought) -> tf.Tensor:
    """The items for which one of some conditions holds: [size] bool."""

    def more(place: tf.Tensor, held: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return place + 1, held | holds_for(arrays, found.at(place))

    count, nothing = tf.size(found.rows), tf.zeros([tf.shape(arrays["numbers"])[1]], tf.bool)
    shapes = tf.TensorShape([]), tf.TensorShape([None])
    return tf.while_loop(lambda place, _: place < count, more, (0, nothing), shape_invariants=shapes, name=CALLED)[1]


def _by_row(step: Callable[[tf.Tensor, tf.Tensor], tf.Tensor], rows: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    """Changes rows of values [B, size], one after the other: step n, of what is there, row `rows[n]`."""
    held = tf.TensorArray(values.dtype, tf.shape(values)[0], element_shape=[None], clear_after_read=False)

    def change(place: tf.Tensor, held: tf.TensorArray) -> tuple[tf.Tensor, tf.TensorArray]:
        row = tf.cast(rows[place], tf.int32)
        return place + 1, held.write(row, step(place, held.read(row)))

    state = (0, held.unstack(values))
    changed = tf.while_loop(lambda place, _: place < tf.size(rows), change, state, name=CALLED)[1]
    return changed.stack()
