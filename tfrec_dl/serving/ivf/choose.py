"""Choice of the number of lists to read, so that the search reaches the requested recall."""

import numpy as np

from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.serving.ivf.item_lists import ItemLists

STANDARD_ERRORS = 2  # by which the mean recall over histories must exceed the requested recall


def probes_for(lists: ItemLists, queries: np.ndarray, best: np.ndarray, has_votes: np.ndarray, recall: float) -> int:
    """Returns the smallest number of lists that reaches the recall.

    Args:
        lists: lists of the items.
        queries: [H, D] float32.
        best: [H, n] int32, items to find for each query, filled with 0.
        has_votes: [H, n] bool, which of them are found in any case.
        recall: requested recall, averaged over the histories.

    Returns:
        A number from 1 to the number of lists.
    """
    count = len(lists.centres)
    order = np.argsort(-(queries @ lists.centres.T), axis=1, kind="stable")
    places = np.empty((len(queries), count + 1), np.int64)
    np.put_along_axis(places, order, np.arange(count)[None], axis=1)
    places[:, count] = -1  # the overflow
    wanted = np.where(has_votes, -1, np.take_along_axis(places, np.maximum(lists.list_of()[best], 0), axis=1))
    low, high = 1, count
    while low < high:
        middle = (low + high) // 2
        mean, error = mean_share(wanted < middle, best)
        if mean - STANDARD_ERRORS * error >= recall:
            high = middle
        else:
            low = middle + 1
    return low


def mean_share(is_found: np.ndarray, best: np.ndarray) -> tuple[float, float]:
    """Returns the mean share of items [H, n] that are found, and its standard error; ignores indices below 2."""
    is_item = best >= FIRST_ITEM
    has_items = is_item.any(axis=1)
    shares = (is_found & is_item).sum(axis=1)[has_items] / is_item.sum(axis=1)[has_items]
    return float(shares.mean()), float(shares.std() / np.sqrt(len(shares)))


def found_share(found: np.ndarray, best: np.ndarray) -> float:
    """Returns the mean share of `best` [H, n] that is in `found` [H, m]."""
    return mean_share((best[:, :, None] == found[:, None, :]).any(axis=2), best)[0]
