"""Contribution of each history item to a score: what is lost if the item is left out."""

from collections.abc import Callable

import tensorflow as tf

from tfrec_dl.serving.graphs import traced_once

ROWS_AT_ONCE = 64  # histories scored together, each with a different item left out; limits memory


def score_lost(
    scores_of: Callable[[tf.Tensor, tf.Tensor], tf.Tensor],
    history: tf.Tensor,
    items: tf.Tensor,
    scores: tf.Tensor,
    reach: int | None,
) -> tf.Tensor:
    """Returns the scores of items after the history, minus their scores with one history item left out.

    If a score is a sum over the history, this is the term of the history item. If the history has only one item, that
    item accounts for the whole score.

    Args:
        scores_of: (histories [M, l] int32, right-padded with 0, items [M, N] int32) -> scores [M, N] float32.
        history: [B, l] int32, right-padded with 0, l at least 1.
        items: [B, N] int32.
        scores: [B, N] float32, scores after the whole history.
        reach: number of last history items that can affect a score; None for all.

    Returns:
        [B, l, N] float32, 0 at padding and at items out of reach.
    """
    places, without = _left_out(history, reach)
    times, length = tf.shape(places)[1], tf.shape(history)[1]
    left = _in_blocks(scores_of, tf.reshape(without, [-1, length]), tf.repeat(items, times, axis=0))
    left = tf.reshape(left, [tf.shape(history)[0], times, tf.shape(items)[1]])
    return _lost(history, places, scores, left)


@traced_once
def _left_out(history: tf.Tensor, reach: int | None) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns positions of history items to leave out [B, r], and the histories without each [B, r, l].

    The positions are those of the last items; for shorter histories, the final ones are padding.
    """
    length, count = tf.shape(history)[1], _count(history)
    places = tf.range(length if reach is None else tf.minimum(length, max(reach, 1)))
    places += tf.maximum(count - tf.size(places), 0)
    columns = tf.range(length) + tf.cast(tf.range(length) >= places[:, :, None], tf.int32)
    return places, tf.gather(tf.pad(history, [[0, 0], [0, 1]]), columns, batch_dims=1)


@traced_once
def _lost(history: tf.Tensor, places: tf.Tensor, scores: tf.Tensor, left: tf.Tensor) -> tf.Tensor:
    """Returns the result of `score_lost`, given the scores [B, r, N] without the item at each position."""
    count, times = _count(history), tf.shape(places)[1]
    left = tf.where((count > 1)[:, :, None], left, 0.0)
    lost = tf.where((places < count)[:, :, None], scores[:, None] - left, 0.0)
    before = tf.reduce_min(places, axis=1, keepdims=True)
    taken = tf.range(tf.shape(history)[1]) - before
    lost = tf.gather(lost, tf.clip_by_value(taken, 0, times - 1), batch_dims=1)
    return tf.where(((taken >= 0) & (taken < times))[:, :, None], lost, 0.0)


def _count(history: tf.Tensor) -> tf.Tensor:
    """Returns the number of items in each history: [B, 1]."""
    return tf.math.count_nonzero(history, axis=1, keepdims=True, dtype=tf.int32)


def _in_blocks(
    scores_of: Callable[[tf.Tensor, tf.Tensor], tf.Tensor], histories: tf.Tensor, items: tf.Tensor
) -> tf.Tensor:
    """Returns the scores for histories [M, l] and items [M, N], computing `ROWS_AT_ONCE` rows at a time."""
    rows = tf.shape(histories)[0]
    at_once = tf.clip_by_value(rows, 1, ROWS_AT_ONCE)
    blocks = tf.maximum(-(-rows // at_once), 1)
    parts = [
        tf.reshape(tf.pad(values, [[0, blocks * at_once - rows], [0, 0]]), [blocks, at_once, tf.shape(values)[1]])
        for values in (histories, items)
    ]
    found = tf.map_fn(
        lambda block: scores_of(*block),
        tuple(parts),
        fn_output_signature=tf.TensorSpec([None, None], tf.float32),
        parallel_iterations=1,
    )
    return tf.reshape(found, [blocks * at_once, tf.shape(items)[1]])[:rows]
