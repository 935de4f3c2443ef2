"""Extension of a loaded export's lists with additional items."""

import logging
from typing import Any

import numpy as np
import tensorflow as tf

from tfrec_dl.serving.ivf.item_lists import ItemLists
from tfrec_dl.serving.ivf.search import ListSearch

MANY = 0.05  # share of the items in the overflow above which every search is noticeably slower

logger = logging.getLogger(__name__)


def extended(saved: Any, vectors: np.ndarray, popularity: tf.Variable) -> ListSearch:
    """Returns the search of a loaded export with additional items in the overflow, which every search reads.

    Args:
        saved: the export's `item_lists`.
        vectors: [M, D] float32, vectors of the additional items.
        popularity: [size] float32, popularity of all items.
    """
    contents = {name: value.numpy() for name, value in saved.contents().items()}
    arrays = (contents[name] for name in ("members", "starts", "centres", "rows"))
    lists = ItemLists(*arrays).extended_by(vectors)
    if lists.overflow > MANY * len(lists.members):
        logger.warning(
            "%s of %s items were added since the lists were made, and every search reads them: export again.",
            f"{lists.overflow:,}",
            f"{len(lists.members):,}",
        )
    measured = contents["measured"].decode()
    return ListSearch(lists, popularity, int(contents["probes"]), int(contents["most_histories"]), measured)
