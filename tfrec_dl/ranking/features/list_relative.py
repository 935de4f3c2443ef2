"""Numeric features of a candidate relative to the other candidates in its list."""

import tensorflow as tf


def list_relative(values: tf.Tensor, lists: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Compares a number with the same number in the list's other rows.

    Args:
        values: [R] float32, NaN where missing.
        lists: [R] int32, ascending, list of each row.

    Returns:
        The share of the list's other rows with a lower value [R], 0.5 for a list of one; and the distance from the
        list's mean in standard deviations [R], 0 if all are equal. NaN where the number is missing.
    """
    present = tf.math.is_finite(values)
    one = tf.cast(present, tf.float32)
    known = tf.where(present, values, 0.0)
    count = tf.gather(tf.math.segment_sum(one, lists), lists)
    mean = tf.math.divide_no_nan(tf.gather(tf.math.segment_sum(known, lists), lists), count)
    squares = tf.gather(tf.math.segment_sum(one * tf.square(known - mean), lists), lists)
    deviation = tf.sqrt(tf.math.divide_no_nan(squares, count))
    highest = tf.math.segment_max(tf.where(present, values, -float("inf")), lists)
    lowest = tf.math.segment_min(tf.where(present, values, float("inf")), lists)
    # The mean of equal numbers may be rounded to a different number.
    differ = tf.gather(highest > lowest, lists)
    distance = tf.where(differ, tf.math.divide_no_nan(known - mean, deviation), 0.0)

    lower = _lower(tf.where(present, values, float("inf")), lists)
    rank = tf.where(count > 1, tf.math.divide_no_nan(lower, count - 1), 0.5)
    missing = tf.fill(tf.shape(values), float("nan"))
    return tf.where(present, rank, missing), tf.where(present, distance, missing)


def list_sizes(lists: tf.Tensor) -> tf.Tensor:
    """Returns [R] float32, the number of candidates in each row's list; `lists` is [R] int32, ascending."""
    return tf.gather(tf.math.segment_sum(tf.ones_like(lists, tf.float32), lists), lists)


def _lower(values: tf.Tensor, lists: tf.Tensor) -> tf.Tensor:
    """Returns [R] float32, the number of rows in the same list with a lower value."""
    by_value = tf.argsort(values, stable=True)
    order = tf.gather(by_value, tf.argsort(tf.gather(lists, by_value), stable=True))
    ordered, ordered_lists = tf.gather(values, order), tf.gather(lists, order)
    new_list = tf.concat([[True], ordered_lists[1:] != ordered_lists[:-1]], axis=0)[: tf.size(order)]
    new_value = new_list | tf.concat([[True], ordered[1:] != ordered[:-1]], axis=0)[: tf.size(order)]
    lower = _first_place(new_value) - _first_place(new_list)
    return tf.scatter_nd(order[:, None], tf.cast(lower, tf.float32), tf.shape(values))


def _first_place(begins: tf.Tensor) -> tf.Tensor:
    """Returns [R] int32, the start of the run of rows that contains each row."""
    run = tf.cumsum(tf.cast(begins, tf.int32)) - 1
    return tf.gather(tf.math.segment_min(tf.range(tf.size(run)), run), run)
