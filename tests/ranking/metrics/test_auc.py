import numpy as np
import pytest

from tfrec_dl.errors import InputError
from tfrec_dl.ranking.metrics.auc import ResampledAUC, SlicedAUC, auc, group_auc


def naive_auc(scores, labels):
    pairs = [(a > b) + 0.5 * (a == b) for a in scores[labels == 1] for b in scores[labels == 0]]
    return np.mean(pairs) if pairs else np.nan


def test_a_tie_counts_half():
    assert auc([0.9, 0.5, 0.5, 0.1], [1, 1, 0, 0]) == pytest.approx(3.5 / 4)


def test_auc_of_one_class_is_not_a_number():
    assert np.isnan(auc([0.1, 0.2], [1, 1]))


def test_auc_is_scikit_learns():
    metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is an extra")
    rng = np.random.default_rng(0)
    labels, scores = rng.integers(2, size=500), rng.integers(30, size=500) / 30
    assert auc(scores, labels) == pytest.approx(metrics.roc_auc_score(labels, scores))


def test_group_auc_weighs_by_rows_and_leaves_groups_of_one_class_out():
    scores, labels = [0.9, 0.1, 0.3, 0.2, 0.5, 0.5, 0.5], [1, 0, 0, 1, 0, 1, 1]
    groups = ["b", "b", "a", "a", "a", "c", "c"]
    assert group_auc(scores, labels, groups) == pytest.approx((2 * 1.0 + 3 * 0.0) / 5)
    assert np.isnan(group_auc([0.5, 0.6], [1, 1], ["a", "b"]))


def test_group_auc_is_that_of_a_loop_over_groups():
    rng = np.random.default_rng(1)
    groups, labels, scores = rng.integers(40, size=600), rng.random(600) < 0.15, rng.integers(12, size=600) / 12
    found = [(naive_auc(scores[groups == g], labels[groups == g]), np.sum(groups == g)) for g in np.unique(groups)]
    values, weights = np.array([(value, rows) for value, rows in found if np.isfinite(value)]).T
    assert len(values) < len(found)
    assert group_auc(scores, labels, groups) == pytest.approx(np.average(values, weights=weights))


def test_auc_of_a_resample_is_that_of_its_rows_repeated():
    rng = np.random.default_rng(2)
    clusters, labels, scores = rng.integers(20, size=200), rng.random(200) < 0.3, rng.integers(15, size=200) / 15
    weights = rng.integers(4, size=(3, 20)).astype(float)
    weights[2] = 0
    found = ResampledAUC(scores, labels.astype(float), clusters).values(weights)
    for drawn, value in zip(weights[:2], found[:2], strict=True):
        rows = np.repeat(np.arange(200), drawn[clusters].astype(int))
        assert value == pytest.approx(naive_auc(scores[rows], labels[rows]))
    assert np.isnan(found[2])


@pytest.mark.parametrize(
    ("scores", "labels", "message"),
    [
        ([0.1, np.nan], [0, 1], "scores: 1 of 2 values are not finite, the first is nan in row 1"),
        ([0.1, 0.2], [0, 2], "labels: 1 of 2 values are not 0 or 1, the first is 2 in row 1"),
        ([0.1, 0.2], [0], "scores 2, labels 1"),
        ([], [], r"scores has the shape \(0,\)"),
        (["high"], [1], "scores contains a value that is not a number"),
    ],
)
def test_rows_that_make_no_sense_are_refused(scores, labels, message):
    with pytest.raises(InputError, match=message):
        auc(scores, labels)


def test_auc_of_parts_is_that_of_their_rows_however_users_are_sampled():
    rng = np.random.default_rng(2)
    labels, scores = (rng.random(300) < 0.3).astype(float), rng.integers(9, size=300) / 9
    users, parts = rng.integers(20, size=300), rng.integers(3, size=300)
    sliced = SlicedAUC(scores, labels, users, parts, 4)
    sampled = rng.integers(3, size=20).astype(float)
    found = sliced.values(np.stack([np.ones(20), sampled]))
    times = sampled[users].astype(int)
    for part in range(3):
        rows = parts == part
        often = np.repeat(np.flatnonzero(rows), times[rows])
        expected = naive_auc(scores[rows], labels[rows]), naive_auc(scores[often], labels[often])
        assert found[:, part] == pytest.approx(expected)
    assert np.isnan(found[:, 3]).all()  # a part without rows
