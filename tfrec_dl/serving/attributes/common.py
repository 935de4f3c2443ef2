"""Attribute values that an item shares with the items of a history, inside a TensorFlow graph."""

import tensorflow as tf

from tfrec_dl.serving.attributes.terms import Arrays
from tfrec_dl.serving.graphs import traced_once

MOST = 5  # maximum number of values named per item


@traced_once
def in_common(
    arrays: Arrays, history: tf.Tensor, items: tf.Tensor, contributions: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns the values that items share with those history items that contribute to their score.

    Args:
        arrays: the arrays of `compact_arrays`.
        history: [B, L] int32, 0 anywhere.
        items: [B, N] int32.
        contributions: [B, N, L] float32, contribution of each history item to the score of each item.

    Returns:
        [B, N, `MOST`] texts such as "genres=War", for categories only, ordered by the total contribution of the history
        items with that value, "" at the end; and these totals, float32 of that shape.
    """
    of_history, of_items = (_codes(arrays, indices) for indices in (history, items))
    # Each value of a request gets its own number, so that one list of sums serves all requests.
    rows = tf.range(tf.shape(history)[0], dtype=tf.int64)[:, None, None] * tf.size(arrays["texts"], tf.int64)
    given = tf.where(of_history >= 0)
    values = tf.gather_nd(rows + of_history, given)
    asked = tf.where(of_items >= 0, rows + of_items, -1)
    distinct, places = tf.unique(tf.concat([values, tf.reshape(asked, [-1])], axis=0))
    added = tf.gather_nd(tf.transpose(contributions, [0, 2, 1]), given[:, :2])
    sums = tf.math.unsorted_segment_sum(added, places[: tf.size(values)], tf.size(distinct))
    own = tf.stack([tf.reshape(places[tf.size(values) :], tf.shape(asked)), _item_numbers(asked)], axis=-1)
    found = tf.where(asked >= 0, tf.gather_nd(sums, own), 0.0)
    found = tf.pad(found, [[0, 0], [0, 0], [0, MOST]])
    best = tf.argsort(tf.where(found != 0, -found, float("inf")), axis=2, stable=True)[:, :, :MOST]
    found = tf.gather(found, best, batch_dims=2)
    codes = tf.gather(tf.pad(of_items, [[0, 0], [0, 0], [0, MOST]]), best, batch_dims=2)
    return tf.where(found != 0, tf.gather(arrays["texts"], tf.maximum(codes, 0)), ""), found


def _codes(arrays: Arrays, indices: tf.Tensor) -> tf.Tensor:
    """Returns the categories of items [B, M] as positions in `texts`: [B, M, W] int64, -1 if an item has fewer."""
    attributes = tf.where(arrays["kinds"][: tf.size(arrays["names"])] != "number")[:, 0]
    cells = tf.cast(attributes, tf.int32) * tf.shape(arrays["numbers"])[1] + indices[:, :, None]
    start, end = (tf.gather(arrays["code_offsets"], cells + step) for step in (0, 1))
    places = tf.range(tf.reduce_max(tf.pad(tf.reshape(end - start, [-1]), [[0, 1]])))
    found = places < (end - start)[:, :, :, None]
    codes = tf.gather(arrays["codes"], tf.where(found, start[:, :, :, None] + places, 0))
    shape = tf.concat([tf.shape(indices), [tf.size(attributes) * tf.size(places)]], axis=0)
    return tf.cast(tf.reshape(tf.where(found, codes, -1), shape), tf.int64)


def _item_numbers(values: tf.Tensor) -> tf.Tensor:
    """Returns the position in its request of the item that each value [B, N, W] belongs to, int32 of that shape."""
    return tf.broadcast_to(tf.range(tf.shape(values)[1])[None, :, None], tf.shape(values))
