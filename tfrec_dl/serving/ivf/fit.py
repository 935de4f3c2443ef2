"""An approximate search made for a model: its lists, how many are read, for how large batches; recall and time."""

import json
import logging
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from tfrec_dl.serving.ivf.choose import found_share, probes_for
from tfrec_dl.serving.ivf.item_lists import ItemLists
from tfrec_dl.serving.ivf.request import AT, IvfRequest
from tfrec_dl.serving.ivf.search import ANY, ListSearch
from tfrec_dl.serving.ivf.search_lists import Found

ROWS = 32  # histories searched at once: bounds the memory of the scores
BATCHES = (1, 2, 4, 8, 16, 32, 64)  # timed; what is faster for the largest is for larger ones
REPEATS = {1: 15}  # timings of a batch
FEWEST_REPEATS = 3

Exactly = Callable[[tf.Tensor, tf.Tensor], Found]

logger = logging.getLogger(__name__)


class Sample(NamedTuple):
    """Queries after histories, and what must not be found.

    Attributes:
        queries: [H, D] float32.
        masked: [H, M] int32, 0 where fewer.
    """

    queries: np.ndarray
    masked: np.ndarray


def fitted_search(
    vectors: np.ndarray, popularity: tf.Variable, sample: Sample, exactly: Exactly, request: IvfRequest
) -> ListSearch | None:
    """A search with the recall asked for; None, and a line that says so, where searching exactly is as fast.

    How many lists it reads is chosen on every other history, and the recall measured on the rest.

    Args:
        vectors: [size, D] float32, of the items, padding and unknown included.
        popularity: as for `ListSearch`.
        sample: of the request's histories.
        exactly: searches all items: queries [B, D] and masked [B, M] -> the k best, as `top_k`.
        request: what is asked for.
    """
    best = _in_blocks(exactly, sample)
    at, k = min(AT, best.shape[1]), best.shape[1]
    lists = ItemLists.of(vectors)
    chosen = np.arange(len(best)) % 2 == 0
    rest = ~chosen if len(best) > 1 else chosen
    probes = probes_for(lists, sample.queries[chosen], best[chosen, :at], request.recall)
    search = ListSearch(lists, popularity, probes)

    @tf.function(input_signature=[tf.TensorSpec([None, None]), tf.TensorSpec([None, None], tf.int32)])
    def approximately(queries: tf.Tensor, masked: tf.Tensor) -> Found:
        return search.search(queries, tf.ones_like(queries[:, 0], tf.bool), masked, k)

    found = _in_blocks(approximately, Sample(sample.queries[rest], sample.masked[rest]))
    most, ours, exact = _batches(approximately, exactly, sample)
    first, whole = found_share(found[:, :at], best[rest, :at]), found_share(found, best[rest])
    logger.info(
        "index: reads %s of %s lists; recall@%d is %.3f; %.1f ms where all items take %.1f ms",
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
        "having chosen how many lists are read",
        "time of the search": f"{ours / exact:.3f} of an exact one when exported, for one history: {ours:.2f} ms and "
        f"{exact:.2f} ms",
        "searched exactly": f"rules, similar items{beyond}, and requests that exclude an eighth of the items",
    }
    search.measured = json.dumps(facts)
    return search


def _in_blocks(search: Exactly, sample: Sample) -> np.ndarray:
    """The items found for all histories, [H, k] int32."""
    starts = range(0, len(sample.queries), ROWS)
    return np.concatenate([search(*_rows(sample, start, ROWS))[0].numpy() for start in starts])


def _rows(sample: Sample, start: int, count: int) -> tuple[tf.Tensor, tf.Tensor]:
    part = slice(start, start + count)
    return tf.constant(sample.queries[part]), tf.constant(sample.masked[part])


def _batches(approximately: Exactly, exactly: Exactly, sample: Sample) -> tuple[int, float, float]:
    """The largest batch for which lists are faster, 0 for none, `ANY` for all; milliseconds of each for one history."""
    most, first = 0, (0.0, 0.0)
    for size in BATCHES:
        repeats = REPEATS.get(size, FEWEST_REPEATS)
        starts = [turn * size % max(len(sample.queries) - size, 1) for turn in range(repeats + 1)]
        rows = [_rows(sample, start, size) for start in starts]
        ours, exact = _milliseconds(approximately, rows), _milliseconds(exactly, rows)
        first = (ours, exact) if size == 1 else first
        if ours >= exact or size > len(sample.queries):
            return (most, *first)
        most = size
    return (ANY, *first)


def _milliseconds(search: Exactly, rows: list[tuple[tf.Tensor, tf.Tensor]]) -> float:
    """The median over all but the first."""
    seconds = []
    for each in rows:
        start = time.perf_counter()
        search(*each)[0].numpy()
        seconds.append(time.perf_counter() - start)
    return float(np.median(seconds[1:])) * 1e3
