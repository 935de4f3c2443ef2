import numpy as np
import pytest

from tfrec_dl.errors import InputError
from tfrec_dl.ranking.metrics.ranked_lists import rank_lists


def ranked(scores, labels, lists):
    return rank_lists(np.array(scores, dtype=float), np.array(labels, dtype=float), np.array(lists))


def test_lists_by_hand():
    found = ranked([0.9, 0.5, 0.1, 0.3, 0.8, 0.7], [0, 1, 1, 0, 1, 0], [0, 0, 0, 1, 2, 2])
    assert found.ranks.tolist() == [1, 2, 3, 1, 1, 2]
    second, third = 1 / np.log2(3), 0.5
    assert found.ndcg() == pytest.approx([(second + third) / (1 + second), np.nan, 1.0], nan_ok=True)
    assert found.ndcg(2) == pytest.approx([second / (1 + second), np.nan, 1.0], nan_ok=True)
    assert found.reciprocal_rank() == pytest.approx([0.5, np.nan, 1.0], nan_ok=True)
    assert found.precision(2) == pytest.approx([0.5, np.nan, 0.5], nan_ok=True)
    assert found.recall(2) == pytest.approx([0.5, np.nan, 1.0], nan_ok=True)
    assert found.within(1).tolist() == [True, False, False, True, True, False]


def test_ties_count_against_the_model():
    constant = ranked([0.5] * 4, [1, 0, 0, 0], [0] * 4)
    assert constant.ranks[0] == 4
    assert constant.ndcg() == pytest.approx([1 / np.log2(5)])
    assert ranked([0.5] * 2, [1, 1], [0, 0]).ndcg() == pytest.approx([1.0])


def test_order_is_that_of_a_loop_over_lists_wherever_their_rows_stand():
    rng = np.random.default_rng(0)
    lists = rng.permutation(np.append(np.arange(50), rng.integers(50, size=750)))
    scores, labels = rng.integers(9, size=800) / 9.0, (rng.random(800) < 0.1).astype(float)
    found = ranked(scores, labels, lists)
    for number in range(50):
        rows = np.flatnonzero(lists == number)
        rows = rows[sorted(range(len(rows)), key=lambda place: (-scores[rows[place]], labels[rows[place]]))]
        clicked = labels[rows]
        expected = np.nan
        if clicked.any():
            discounts = 1 / np.log2(np.arange(2, len(rows) + 2))
            expected = (clicked * discounts)[:5].sum() / (np.sort(clicked)[::-1] * discounts)[:5].sum()
        assert found.ndcg(5)[number] == pytest.approx(expected, nan_ok=True)


def test_full_ndcg_is_scikit_learns_without_ties():
    metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is an extra")
    rng = np.random.default_rng(0)
    scores, labels = rng.random((20, 25)), (rng.random((20, 25)) < 0.2).astype(float)
    found = ranked(scores.ravel(), labels.ravel(), np.repeat(np.arange(20), 25)).ndcg()
    assert found.mean() == pytest.approx(metrics.ndcg_score(labels, scores))


def test_a_cut_off_below_1_is_refused():
    with pytest.raises(InputError, match="cut-off 0"):
        ranked([0.5], [1], [0]).ndcg(0)
