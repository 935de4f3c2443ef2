"""Effects of conditions inside a TensorFlow graph: which items they allow, and what boosts add to scores.

For all items, conditions are evaluated one at a time, because comparing all conditions with all items in one array
takes five times as long. For some items, all conditions are evaluated at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import tensorflow as tf

from tfrec_dl.serving.attributes.conditions import Conditions
from tfrec_dl.serving.attributes.holding import Sought, hold_for, holds_for, sought
from tfrec_dl.serving.graphs import CALLED, called_cond, traced_once

Arrays = Mapping[str, tf.Tensor]  # the arrays of `compact_arrays`


class Terms(NamedTuple):
    """N conditions of B requests: filters, which decide what is allowed, and boosts.

    Attributes:
        sought: the conditions.
        rows: [N] int32, row of the request.
        groups: [N] int32, equal for alternatives, which are required conditions with `=` on the same attribute.
        decides: [N] bool, whether the condition is a filter and not a boost.
        wanted: [N] bool, whether it, or an alternative, must hold; otherwise it must not hold.
        weights: [N] float32, weight of a boost.
    """

    sought: Sought
    rows: tf.Tensor
    groups: tf.Tensor
    decides: tf.Tensor
    wanted: tf.Tensor
    weights: tf.Tensor


def terms_of(
    arrays: Arrays, read: Conditions, columns: tf.Tensor, must: tf.Tensor, must_not: tf.Tensor, weights: tf.Tensor
) -> Terms:
    """Looks up conditions.

    Args:
        arrays: attributes of the items.
        read: N parsed conditions on known attributes.
        columns: [N] int64, column of the condition in its row, which joins `must`, `must_not` and boosts.
        must: [B, M] texts.
        must_not: [B, X] texts.
        weights: [B, C] float32, weights of the boosts.
    """
    first, second = (tf.shape(each, tf.int64)[1] for each in (must, must_not))
    wanted, decides = columns < first, columns < first + second
    cells = tf.stack([read.rows, tf.maximum(columns - first - second, 0)], axis=1)
    padded = tf.pad(weights, [[0, 0], [0, 1]])  # because there may be no boosts
    places = tf.strings.as_string(tf.range(tf.size(columns)))
    alternatives = tf.strings.join([tf.strings.as_string(read.rows), "=", read.names])
    groups = tf.unique(tf.where(wanted & (read.operators == "="), alternatives, places))[1]
    rows, added = tf.cast(read.rows, tf.int32), tf.where(decides, 0.0, tf.gather_nd(padded, cells))
    return Terms(sought(arrays, read), rows, groups, decides, wanted, added)


def no_terms() -> Terms:
    """Returns no conditions."""
    whole, yes, real = (tf.zeros([0], dtype) for dtype in (tf.int32, tf.bool, tf.float32))
    return Terms(Sought(whole, yes, yes, whole, real, real, whole, whole, whole), whole, whole, yes, yes, real)


@traced_once
def judged_some(arrays: Arrays, terms: Terms, items: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns which items [B, C] int32 pass all filters, [B, C] bool, and what boosts add to them, [B, C] float32."""
    held, batch = hold_for(arrays, terms.sought, tf.gather(items, terms.rows)), tf.shape(items)[0]
    of_group = tf.math.unsorted_segment_max(tf.cast(held, tf.int32), terms.groups, tf.size(terms.groups))
    is_broken = (tf.gather(of_group, terms.groups) > 0) != terms.wanted[:, None]
    broken = tf.cast(is_broken & terms.decides[:, None], tf.int32)
    fulfilled = tf.math.unsorted_segment_max(broken, terms.rows, batch) < 1
    return fulfilled, tf.math.unsorted_segment_sum(
        tf.cast(held, tf.float32) * terms.weights[:, None], terms.rows, batch
    )


@traced_once
def fulfilled_by_all(arrays: Arrays, terms: Terms, batch: tf.Tensor) -> tf.Tensor:
    """Returns which of all items pass all filters: [batch, size] bool."""
    places, count = tf.range(tf.size(terms.groups)), tf.size(terms.groups)
    deciding = tf.unique(tf.boolean_mask(terms.groups, terms.decides))[0]
    firsts = tf.gather(tf.math.unsorted_segment_min(places, terms.groups, count), deciding)

    def of_group(number: tf.Tensor, good: tf.Tensor) -> tf.Tensor:
        first = firsts[number]
        others = tf.where((terms.groups == terms.groups[first]) & (places != first))[:, 0]
        held = holds_for(arrays, terms.sought.at(first))
        held = called_cond(tf.size(others) > 0, lambda: held | _any_of(arrays, terms.sought.at(others)), lambda: held)
        return called_cond(terms.wanted[first], lambda: good & held, lambda: good & ~held)

    size = tf.shape(arrays["numbers"])[1]
    return _by_row(of_group, tf.gather(terms.rows, firsts), tf.ones([batch, size], tf.bool))


@traced_once
def boosts_of_all(arrays: Arrays, terms: Terms, batch: tf.Tensor) -> tf.Tensor:
    """Returns what boosts add to all items: [batch, size] float32."""
    boosts = tf.where(~terms.decides)[:, 0]

    def of_condition(number: tf.Tensor, sums: tf.Tensor) -> tf.Tensor:
        held = holds_for(arrays, terms.sought.at(boosts[number]))
        return sums + tf.cast(held, tf.float32) * terms.weights[boosts[number]]

    size = tf.shape(arrays["numbers"])[1]
    return _by_row(of_condition, tf.gather(terms.rows, boosts), tf.zeros([batch, size]))


def _any_of(arrays: Arrays, found: Sought) -> tf.Tensor:
    """Returns the items for which at least one condition holds: [size] bool."""

    def more(place: tf.Tensor, held: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return place + 1, held | holds_for(arrays, found.at(place))

    count, nothing = tf.size(found.rows), tf.zeros([tf.shape(arrays["numbers"])[1]], tf.bool)
    shapes = tf.TensorShape([]), tf.TensorShape([None])
    return tf.while_loop(lambda place, _: place < count, more, (0, nothing), shape_invariants=shapes, name=CALLED)[1]


def _by_row(step: Callable[[tf.Tensor, tf.Tensor], tf.Tensor], rows: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    """Updates rows of values [B, size] in turn: step n computes row `rows[n]` from its current values."""
    held = tf.TensorArray(values.dtype, tf.shape(values)[0], element_shape=[None], clear_after_read=False)

    def change(place: tf.Tensor, held: tf.TensorArray) -> tuple[tf.Tensor, tf.TensorArray]:
        return place + 1, held.write(rows[place], step(place, held.read(rows[place])))

    state = (0, held.unstack(values))
    changed = tf.while_loop(lambda place, _: place < tf.size(rows), change, state, name=CALLED)[1]
    return changed.stack()
