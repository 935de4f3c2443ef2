"""The approximate search of a retrieval model, chosen by what it finds after histories."""

import logging
from typing import Protocol

import numpy as np
import tensorflow as tf

from tfrec_dl.data.vocabulary import FIRST_ITEM, PADDING
from tfrec_dl.errors import InputError
from tfrec_dl.serving.index import ItemIndex, top_k
from tfrec_dl.serving.ivf.fit import Sample, fitted_search
from tfrec_dl.serving.ivf.request import IvfRequest
from tfrec_dl.serving.ivf.search import ListSearch
from tfrec_dl.serving.ivf.search_lists import Found
from tfrec_dl.serving.request_rows import id_rows, padded

ROWS = 256  # histories whose queries are computed at once

logger = logging.getLogger(__name__)


class Searched(Protocol):
    """What is asked of a `RetrievalModule`."""

    k_max: int
    size: int
    index: ItemIndex

    def lookup(self, ids: tf.Tensor) -> tf.Tensor:
        """Ids to indices of the same shape; "" and unknown ids become 0."""

    def query(self, seen: tf.Tensor) -> tf.Tensor:
        """Query vectors of histories: [B, L] int32 -> [B, D]."""

    def masked(self, seen: tf.Tensor) -> tf.Tensor:
        """What is not recommended after histories: [B, M] int32."""


def fitted_lists(module: Searched, popularity: tf.Variable, request: IvfRequest) -> ListSearch | None:
    """The search in lists; None, and a line that says why, where an exact one does as well.

    Args:
        module: what is searched.
        popularity: [size] float32, its scores where a history holds no item.
        request: what is asked for.

    Raises:
        InputError: if the request's histories are no lists of ids, or hold no known item.
    """
    items = module.size - FIRST_ITEM
    if items < request.least_items:
        logger.info(
            "index: %s items are searched exactly; lists of items pay from %s on.",
            f"{items:,}",
            f"{request.least_items:,}",
        )
        return None

    @tf.function(input_signature=[tf.TensorSpec([None, None]), tf.TensorSpec([None, None], tf.int32)])
    def exactly(queries: tf.Tensor, masked: tf.Tensor) -> Found:
        return top_k(module.index.scores(queries), masked, module.k_max)

    vectors = module.index.all_rows().numpy()
    return fitted_search(vectors, popularity, _sample(module, request), exactly, request)


def _sample(module: Searched, request: IvfRequest) -> Sample:
    rows = id_rows(request.histories, "histories")
    queries, masked = [], []
    for start in range(0, len(rows), ROWS):
        seen = module.lookup(padded(rows[start : start + ROWS]))
        has_history = tf.reduce_any(seen != PADDING, axis=1)
        queries.append(tf.boolean_mask(module.query(seen), has_history).numpy())
        masked.append(tf.boolean_mask(module.masked(seen), has_history).numpy())
    width = max(each.shape[1] for each in masked)
    wide = [np.pad(each, [[0, 0], [0, width - each.shape[1]]]) for each in masked]
    sample = Sample(np.concatenate(queries), np.concatenate(wide))
    if not len(sample.queries):
        raise InputError(f"none of the {len(rows)} histories holds an item that the model knows: give others.")
    return sample
