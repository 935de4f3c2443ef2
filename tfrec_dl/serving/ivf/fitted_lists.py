"""The approximate search of a module, fitted to what it finds after histories."""

import logging
from typing import Protocol

import numpy as np
import tensorflow as tf

from tfrec_dl.data.vocabulary import FIRST_ITEM, PADDING
from tfrec_dl.errors import InputError
from tfrec_dl.serving.ivf.asked import Asked
from tfrec_dl.serving.ivf.fit import Sample, fitted_search
from tfrec_dl.serving.ivf.request import IvfRequest
from tfrec_dl.serving.ivf.search import ListSearch
from tfrec_dl.serving.request_rows import id_rows, padded

ROWS = 256  # histories that are looked up at once

logger = logging.getLogger(__name__)


class Searched(Protocol):
    """What the fitting needs from a module."""

    k_max: int
    size: int

    def lookup(self, ids: tf.Tensor) -> tf.Tensor:
        """Maps ids to indices of the same shape; "" and unknown ids become 0."""

    def masked(self, seen: tf.Tensor) -> tf.Tensor:
        """Returns the items that are not recommended after histories: [B, M] int32."""

    def scores(self, seen: tf.Tensor) -> tf.Tensor:
        """Returns scores of all items after histories: [B, L] int32 -> [B, size]."""

    def asked(self, seen: tf.Tensor) -> Asked:
        """Returns what scores are made of: products of queries with vectors, and votes."""


def fitted_lists(
    module: Searched, vectors: np.ndarray, popularity: tf.Variable, request: IvfRequest
) -> ListSearch | None:
    """Returns the search in lists; logs the reason and returns None if an exact search is as good.

    Args:
        module: module to search.
        vectors: [size, D] float32 item vectors, whose products with queries are the scores, apart from votes.
        popularity: [size] float32, scores after a history without items.
        request: requested search.

    Raises:
        InputError: if the request's histories are not lists of ids, or hold no known item.
    """
    items = module.size - FIRST_ITEM
    if items < request.least_items:
        logger.info(
            "index: %s items are searched exactly; lists of items pay off from %s on.",
            f"{items:,}",
            f"{request.least_items:,}",
        )
        return None

    return fitted_search(vectors, popularity, _sample(module, request), module, request)


def _sample(module: Searched, request: IvfRequest) -> Sample:
    rows = id_rows(request.histories, "histories")
    longest = max(map(len, rows))
    parts = [module.lookup(padded(rows[start : start + ROWS])).numpy() for start in range(0, len(rows), ROWS)]
    seen = np.concatenate([np.pad(each, [[0, 0], [0, longest - each.shape[1]]]) for each in parts])
    seen = seen[np.any(seen != PADDING, axis=1)]
    if not len(seen):
        raise InputError(f"none of the {len(rows)} histories holds an item that the model knows: give others.")
    return Sample(seen, module.masked(tf.constant(seen)).numpy())
