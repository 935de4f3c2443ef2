import numpy as np
import pytest

from tfrec_dl.errors import InputError
from tfrec_dl.metrics import CatalogueCoverage, Novelty, PopularityBias
from tfrec_dl.metrics.rankings import Rankings


def example_lists(lists, counts):
    lists = np.array(lists, dtype=np.int32)
    users = len(lists)
    return Rankings(
        ranks=np.ones(users),
        offsets=np.arange(users + 1),
        candidates=np.full(users, 4),
        lists=lists,
        item_counts=np.array([0, 0, *counts]),
        user_ids=np.arange(users).astype(str).astype(object),
    )


def test_catalogue_metrics_by_hand():
    rankings = example_lists([[2, 3, 4], [2, 4, 0]], counts=[8, 4, 2, 2])
    assert CatalogueCoverage(3).total(rankings) == 3 / 4
    assert CatalogueCoverage(1).total(rankings) == 1 / 4
    assert Novelty(3).values(rankings).tolist() == [2.0, 2.0]
    assert Novelty(2).values(rankings).tolist() == [1.5, 2.0]
    assert PopularityBias(3).values(rankings) == pytest.approx([14 / 3, 5])


def test_an_empty_list_is_neither_novel_nor_popular():
    rankings = example_lists([[0, 0]], counts=[8, 4])
    assert (Novelty(2).values(rankings)[0], PopularityBias(2).values(rankings)[0]) == (0.0, 0.0)
    assert CatalogueCoverage(2).total(rankings) == 0.0


def test_lists_that_are_too_short_for_the_metric_are_refused():
    with pytest.raises(InputError, match="top_k=10"):
        Novelty(10).values(example_lists([[2, 3]], counts=[1, 1]))
