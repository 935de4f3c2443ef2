"""The graph of a search in lists, made of standard TensorFlow operations."""

from typing import NamedTuple

import tensorflow as tf

from tfrec_dl.data.vocabulary import PADDING
from tfrec_dl.serving.graphs import traced_once
from tfrec_dl.serving.index import LOWEST_SCORE
from tfrec_dl.serving.ivf.asked import Asked

Found = tuple[tf.Tensor, tf.Tensor]


class StoredLists(NamedTuple):
    """The data that a search reads, as in `ItemLists` and `ListSearch`.

    Attributes:
        popularity: [size] float32.
        by_popularity: [n] int32 item indices, most popular first.
        members: [n] int32.
        starts: [C + 2] int32.
        centres: [C, D] float32.
        rows: [n, D] float32.
        places: [size] int32, position of each item in `members`; 0 for padding and unknown.
        probes: int32.
    """

    popularity: tf.Tensor
    by_popularity: tf.Tensor
    members: tf.Tensor
    starts: tf.Tensor
    centres: tf.Tensor
    rows: tf.Tensor
    places: tf.Tensor
    probes: tf.Tensor


class Voted(NamedTuple):
    """The votes of one history.

    Attributes:
        items: [R] int32, distinct.
        values: [R] float32.
    """

    items: tf.Tensor
    values: tf.Tensor


@traced_once
def search_lists(stored: StoredLists, asked: Asked, has_history: tf.Tensor, masked: tf.Tensor, k: int) -> Found:
    """Returns the k best items in the lists nearest to each query and among those with votes, without masked ones.

    Args:
        stored: the lists.
        asked: input of the search for B histories.
        has_history: [B] bool; if False, the popular items are the best.
        masked: [B, M] int32; rows with fewer than M are filled with 0 anywhere.
        k: number of places.

    Returns:
        indices [B, k] int32 and their scores [B, k] float32; 0 and `LOWEST_SCORE` in places without an item.
    """
    spec = (tf.TensorSpec([k], tf.int32), tf.TensorSpec([k], tf.float32))
    votes = asked.votes

    def of_row(row: tuple[tf.Tensor, ...]) -> Found:
        query, is_known, hidden, *ends = row
        voted = None if votes is None else Voted(votes.items[slice(*ends)], votes.values[slice(*ends)])
        return _of_one(stored, query, voted, is_known, hidden, k)

    ends = () if votes is None else (votes.splits[:-1], votes.splits[1:])
    found: Found = tf.map_fn(of_row, (asked.queries, has_history, masked, *ends), fn_output_signature=spec)
    return found


def _of_one(
    stored: StoredLists, query: tf.Tensor, voted: Voted | None, has_history: tf.Tensor, masked: tf.Tensor, k: int
) -> Found:
    """Returns the results of one query [D] with M masked indices: [k] each."""
    wanted = k + tf.size(masked)
    items, scores = tf.cond(
        has_history, lambda: _in_lists(stored, query, voted, wanted), lambda: _popular(stored, wanted)
    )
    by_index = tf.argsort(items)  # so that ties go to the lower index
    items, scores = tf.gather(items, by_index), tf.gather(scores, by_index)
    hidden = tf.sort(masked)
    hidden_here = tf.gather(tf.pad(hidden, [[0, 1]]), tf.searchsorted(hidden, items))  # 0 is not an item
    scores = tf.where(hidden_here == items, LOWEST_SCORE, scores)
    scores, best = tf.math.top_k(tf.pad(scores, [[0, k]], constant_values=LOWEST_SCORE), k)
    return tf.where(scores > LOWEST_SCORE, tf.gather(tf.pad(items, [[0, k]]), best), PADDING), scores


def _in_lists(stored: StoredLists, query: tf.Tensor, voted: Voted | None, wanted: tf.Tensor) -> Found:
    """Returns at most `wanted` items and their scores, in any order; reads more lists if the nearest hold too few."""
    count = tf.shape(stored.centres)[0]
    order = tf.math.top_k(tf.linalg.matvec(stored.centres, query), count).indices
    sizes = tf.gather(stored.starts, order + 1) - tf.gather(stored.starts, order)
    is_read = (tf.range(count) < stored.probes) | (tf.cumsum(sizes, exclusive=True) < wanted)
    lists = tf.concat([tf.boolean_mask(order, is_read), [count]], axis=0)  # the last one is the overflow
    starts, limits = tf.gather(stored.starts, lists), tf.gather(stored.starts, lists + 1)
    places = tf.raw_ops.RaggedRange(starts=starts, limits=limits, deltas=1).rt_dense_values
    scores = tf.linalg.matvec(tf.gather(stored.rows, places), query)
    if voted is not None:
        own = tf.gather(stored.places, voted.items)
        scores = _lowered(scores, stored, lists, own)
        with_votes = tf.linalg.matvec(tf.gather(stored.rows, own), query) + voted.values
        scores, places = tf.concat([scores, with_votes], axis=0), tf.concat([places, own], axis=0)
    scores, best = tf.math.top_k(scores, tf.minimum(wanted, tf.size(places)), sorted=False)
    return tf.gather(stored.members, tf.gather(places, best)), scores


def _lowered(scores: tf.Tensor, stored: StoredLists, lists: tf.Tensor, places: tf.Tensor) -> tf.Tensor:
    """Returns scores of the items in lists, list by list, with `LOWEST_SCORE` for items at places [R]."""
    starts = tf.gather(stored.starts, lists)
    before = tf.cumsum(tf.gather(stored.starts, lists + 1) - starts, exclusive=True)
    count = tf.shape(stored.starts) - 1
    steps = tf.tensor_scatter_nd_update(tf.fill(count, tf.int32.min), lists[:, None], before - starts)
    own = places + tf.gather(steps, tf.searchsorted(stored.starts, places, side="right") - 1)
    here = tf.boolean_mask(own, own >= 0)[:, None]
    return tf.tensor_scatter_nd_update(scores, here, tf.fill(tf.shape(here)[:1], LOWEST_SCORE))


def _popular(stored: StoredLists, wanted: tf.Tensor) -> Found:
    items = stored.by_popularity[:wanted]
    return items, tf.gather(stored.popularity, items)
