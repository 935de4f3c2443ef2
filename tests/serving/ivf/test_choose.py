import numpy as np
import pytest

from tfrec_dl.serving.ivf.choose import found_share, probes_for
from tfrec_dl.serving.ivf.item_lists import ItemLists

GENERATOR = np.random.default_rng(0)
VECTORS = GENERATOR.standard_normal((402, 6), np.float32)
LISTS = ItemLists.of(VECTORS)
QUERIES = GENERATOR.standard_normal((300, 6), np.float32)
BEST = 2 + np.argsort(-(QUERIES @ VECTORS[2:].T), axis=1)[:, :10].astype(np.int32)
NO_VOTES = np.zeros(BEST.shape, bool)


def recall(probes: int) -> float:
    """By reading the lists one by one."""
    shares = []
    for query, best in zip(QUERIES, BEST, strict=True):
        read = np.argsort(-(LISTS.centres @ query), kind="stable")[:probes]
        items = np.concatenate([LISTS.members[LISTS.starts[each] : LISTS.starts[each + 1]] for each in read])
        shares.append(np.isin(best, items).mean())
    return float(np.mean(shares))


@pytest.mark.parametrize("asked", [0.5, 0.9, 0.99])
def test_as_many_lists_are_read_as_the_recall_takes(asked):
    probes = probes_for(LISTS, QUERIES, BEST, NO_VOTES, asked)
    assert recall(probes) >= asked
    assert recall(max(probes - 3, 1)) < asked + 0.06  # the margin for other histories, and no more


def test_all_lists_are_read_where_nothing_less_will_do():
    assert probes_for(LISTS, QUERIES, BEST, NO_VOTES, 0.999_999) <= len(LISTS.centres)


def test_items_of_the_overflow_are_found_whatever_is_read():
    more = LISTS.extended_by(GENERATOR.standard_normal((5, 6), np.float32))
    best = np.tile(np.arange(402, 407, dtype=np.int32), [300, 1])
    assert probes_for(more, QUERIES, best, NO_VOTES[:, :5], 0.999) == 1


def test_places_without_an_item_count_for_nothing():
    assert found_share(np.array([[2, 3], [9, 8]]), np.array([[3, 0, 0], [8, 9, 7]])) == pytest.approx((1 + 2 / 3) / 2)


def test_items_with_votes_are_found_whatever_is_read():
    assert probes_for(LISTS, QUERIES, BEST, ~NO_VOTES, 0.999) == 1
