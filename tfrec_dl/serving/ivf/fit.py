"""Fitting of an approximate search to a model: its lists, how many to read, maximum batch size, recall and time."""

import json
import logging
import time
from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np
import tensorflow as tf

from tfrec_dl.serving.index import top_k
from tfrec_dl.serving.ivf.asked import Asked
from tfrec_dl.serving.ivf.choose import found_share, probes_for
from tfrec_dl.serving.ivf.item_lists import ItemLists
from tfrec_dl.serving.ivf.request import AT, IvfRequest
from tfrec_dl.serving.ivf.search import ANY, ListSearch
from tfrec_dl.serving.ivf.search_lists import Found

ROWS = 32  # histories searched at once, which limits the memory for scores
BATCHES = (1, 2, 4, 8, 16, 32, 64)  # timed batch sizes; what is faster for the largest is also used for larger ones
REPEATS = {1: 15}  # timings per batch
FEWEST_REPEATS = 3
INDICES = tf.TensorSpec([None, None], tf.int32)

Search = Callable[[tf.Tensor, tf.Tensor], Found]

logger = logging.getLogger(__name__)


class Sample(NamedTuple):
    """Non-empty histories, and items that must not be found after them.

    Attributes:
        seen: [H, L] int32, filled with 0.
        masked: [H, M] int32, filled with 0.
    """

    seen: np.ndarray
    masked: np.ndarray

    def of(self, chosen: np.ndarray | slice) -> "Sample":
        """Returns some of the histories, without columns that none of them needs."""
        parts = [part[chosen] for part in self]
        return Sample(*(part[:, : int(np.flatnonzero(part.any(axis=0)).max(initial=-1)) + 1] for part in parts))


class Scores(Protocol):
    """Protocol for models that score items after histories."""

    k_max: int

    def scores(self, seen: tf.Tensor) -> tf.Tensor:
        """Returns scores of all items after histories: [B, L] int32 -> [B, size]."""

    def asked(self, seen: tf.Tensor) -> Asked:
        """Returns what the scores are made of: products of queries with vectors, and votes."""


def fitted_search(
    vectors: np.ndarray, popularity: tf.Variable, sample: Sample, scored: Scores, request: IvfRequest
) -> ListSearch | None:
    """Returns a search with the requested recall; logs a line and returns None if an exact search is as fast.

    The number of lists to read is chosen on every other history, and the recall is measured on the rest.

    Args:
        vectors: [size, D] float32 item vectors, including padding and unknown.
        popularity: as for `ListSearch`.
        sample: sample of the request's histories.
        scored: model whose `k_max` best items are searched.
        request: requested search.
    """

    @tf.function(input_signature=[INDICES, INDICES])
    def exactly(seen: tf.Tensor, masked: tf.Tensor) -> Found:
        return top_k(scored.scores(seen), masked, scored.k_max)

    best = _in_blocks(exactly, sample)
    at, k = min(AT, best.shape[1]), best.shape[1]
    lists = ItemLists.of(vectors)
    chosen = np.arange(len(best)) % 2 == 0
    rest = ~chosen if len(best) > 1 else chosen
    probes = probes_for(lists, *_asked(scored, sample.of(chosen), best[chosen, :at]), request.recall)
    search = ListSearch(lists, popularity, probes)

    @tf.function(input_signature=[INDICES, INDICES])
    def approximately(seen: tf.Tensor, masked: tf.Tensor) -> Found:
        return search.search(scored.asked(seen), tf.ones_like(seen[:, 0], tf.bool), masked, k)

    found = _in_blocks(approximately, sample.of(rest))
    most, ours, exact = _batches(approximately, exactly, sample)
    first, whole = found_share(found[:, :at], best[rest, :at]), found_share(found, best[rest])
    logger.info(
        "index: reads %s of %s lists; recall@%d is %.3f; %.1f ms instead of %.1f ms for all items",
        f"{probes:,}",
        f"{len(lists.centres):,}",
        at,
        first,
        ours,
        exact,
    )
    if not most:
        logger.info("index: no faster than an exact search, so the export is exact.")
        return None
    search.most_histories.assign(most)
    beyond = "" if most == ANY else f", requests of more than {most:,} histories"
    facts = {
        "recall of the search": f"{first:.3f} of the exact {at} best, {whole:.3f} of the {k} best; asked for "
        f"{request.recall:g} of the {at} best; over {int(rest.sum()):,} {request.origin}, {int(chosen.sum()):,} others "
        "were used to choose how many lists to read",
        "time of the search": f"{ours / exact:.3f} of an exact one when exported, for one history: {ours:.2f} ms and "
        f"{exact:.2f} ms",
        "searched exactly": f"rules, similar items{beyond}, and requests that exclude an eighth of the items",
    }
    search.measured = json.dumps(facts)
    return search


def _asked(scored: Scores, sample: Sample, best: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns the queries [H, D] of all histories, the best items [H, n], and which of them have votes, [H, n] bool."""
    ask = tf.function(scored.asked, input_signature=[INDICES])
    queries, has_votes = [], []
    for start in range(0, len(best), ROWS):
        asked, own = ask(_rows(sample, start, ROWS)[0]), best[start : start + ROWS].astype(np.int64)
        queries.append(asked.queries.numpy())
        cells = np.zeros(0, np.int64)
        if asked.votes is not None:
            cells = asked.votes.items.numpy().astype(np.int64) * len(own) + asked.votes.rows().numpy()
        has_votes.append(np.isin(own * len(own) + np.arange(len(own))[:, None], cells))
    return np.concatenate(queries), best, np.concatenate(has_votes)


def _in_blocks(search: Search, sample: Sample) -> np.ndarray:
    """Returns the items found for all histories, [H, k] int32."""
    starts = range(0, len(sample.seen), ROWS)
    return np.concatenate([search(*_rows(sample, start, ROWS))[0].numpy() for start in starts])


def _rows(sample: Sample, start: int, count: int) -> tuple[tf.Tensor, tf.Tensor]:
    seen, masked = sample.of(slice(start, start + count))
    return tf.constant(seen), tf.constant(masked)


def _batches(approximately: Search, exactly: Search, sample: Sample) -> tuple[int, float, float]:
    """Returns the largest batch for which lists are faster (0: none, `ANY`: all), and ms of each for one history."""
    most, first = 0, (0.0, 0.0)
    for size in BATCHES:
        repeats = REPEATS.get(size, FEWEST_REPEATS)
        starts = [turn * size % max(len(sample.seen) - size, 1) for turn in range(repeats + 1)]
        rows = [_rows(sample, start, size) for start in starts]
        ours, exact = _milliseconds(approximately, rows), _milliseconds(exactly, rows)
        first = (ours, exact) if size == 1 else first
        if ours >= exact or size > len(sample.seen):
            return (most, *first)
        most = size
    return (ANY, *first)


def _milliseconds(search: Search, rows: list[tuple[tf.Tensor, tf.Tensor]]) -> float:
    """Returns the median time of all runs but the first."""
    seconds = []
    for each in rows:
        start = time.perf_counter()
        search(*each)[0].numpy()
        seconds.append(time.perf_counter() - start)
    return float(np.median(seconds[1:])) * 1e3
