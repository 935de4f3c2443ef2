import numpy as np
import pytest

from tfrec_dl.evaluation.top_k import count_below, top_k_items


@pytest.mark.parametrize("width", [1, 8, 2041, 5000])
def test_counts_equal_numpys_comparison(width):
    rng = np.random.default_rng(width)
    scores = rng.integers(0, 5, (6, width)).astype(np.float32)
    scores[rng.random(scores.shape) < 0.1] = np.nan
    rows = np.array([0, 0, 0, 1, 2, 3, 3, 5, 5, 5, 5])
    thresholds = rng.integers(0, 6, len(rows)).astype(np.float32)
    thresholds[4] = np.nan
    assert count_below(scores, rows, thresholds).tolist() == [
        int((scores[row] < threshold).sum()) for row, threshold in zip(rows, thresholds, strict=True)
    ]


@pytest.mark.parametrize("width", [1, 7, 50, 3000])
@pytest.mark.parametrize("k", [1, 5, 12])
def test_lists_equal_a_full_sort(width, k):
    k = min(k, width)
    scores = np.random.default_rng(k).permuted(np.tile(np.arange(width, dtype=np.float32), (20, 1)), axis=1)
    assert np.array_equal(top_k_items(scores, k), np.argsort(-scores, axis=1)[:, :k])


def test_scores_that_tie_at_the_cut_off_still_give_the_k_highest_scores():
    scores = np.random.default_rng(0).integers(0, 4, (50, 400)).astype(np.float32)
    lists = top_k_items(scores, 10)
    assert all(len(set(row)) == 10 for row in lists.tolist())
    assert np.array_equal(np.take_along_axis(scores, lists, 1), -np.sort(-scores, axis=1)[:, :10])


def test_nan_and_minus_infinity_are_never_recommended():
    scores = np.full((2, 900), np.nan, dtype=np.float32)
    scores[0, [5, 700]] = 1.0, 2.0
    scores[1, 300:] = -np.inf
    assert top_k_items(scores, 3).tolist() == [[700, 5, 0], [0, 0, 0]]
