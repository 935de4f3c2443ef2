import numpy as np
import pytest
from scipy import stats

from tfrec_dl.errors import InputError
from tfrec_dl.evaluation import intervals
from tfrec_dl.evaluation.evaluate import Report
from tfrec_dl.evaluation.intervals import bootstrap_intervals
from tfrec_dl.evaluation.paired import paired_difference


def report(values, users=None):
    values = np.asarray(values, dtype=float)
    users = np.arange(len(values)) if users is None else users
    return Report({"ndcg@10": values}, {}, np.array(users, dtype=object), len(values))


def test_intervals_agree_with_scipys_bootstrap():
    values = np.random.default_rng(0).beta(0.3, 2.0, (400, 2))
    low, high = bootstrap_intervals(values, seed=1, resamples=4000)
    for column in range(2):
        expected = stats.bootstrap(
            (values[:, column],), np.mean, n_resamples=4000, method="percentile", rng=np.random.default_rng(2)
        ).confidence_interval
        width = expected.high - expected.low
        assert (low[column], high[column]) == pytest.approx((expected.low, expected.high), abs=0.08 * width)


def test_about_95_of_100_intervals_hold_the_true_mean():
    rng = np.random.default_rng(3)
    samples = rng.binomial(1, 0.3, (300, 200)).astype(float)
    low, high = bootstrap_intervals(samples, resamples=500)
    assert 0.90 <= np.mean((low <= 0.3) & (high >= 0.3)) <= 0.99


def test_intervals_do_not_depend_on_how_much_memory_is_used(monkeypatch):
    values = np.random.default_rng(0).random((50, 3))
    whole = bootstrap_intervals(values, seed=7)
    monkeypatch.setattr(intervals, "CELLS", 500)
    assert np.array_equal(bootstrap_intervals(values, seed=7), whole)


def test_one_user_has_an_interval_of_no_width():
    low, high = bootstrap_intervals(np.array([[0.25]]))
    assert (low[0], high[0]) == (0.25, 0.25)


def test_a_small_but_steady_difference_is_significant_where_unpaired_intervals_overlap():
    rng = np.random.default_rng(0)
    base = rng.random(500)
    found = paired_difference(report(base + 0.02 + 0.01 * rng.random(500)), report(base), "ndcg@10")
    assert found.difference == pytest.approx(0.025, abs=0.001)
    assert found.low < found.difference < found.high
    assert found.low > 0.02
    assert found.p < 1e-6


def test_p_is_that_of_scipys_paired_t_test():
    a, b = np.random.default_rng(1).random((2, 80))
    assert paired_difference(report(a), report(b), "ndcg@10").p == pytest.approx(stats.ttest_rel(a, b).pvalue)


def test_equal_models_do_not_differ():
    values = np.random.default_rng(1).random(20)
    found = paired_difference(report(values), report(values), "ndcg@10")
    assert (found.difference, found.low, found.high, found.p) == (0.0, 0.0, 0.0, 1.0)


def test_one_user_proves_nothing():
    assert paired_difference(report([1.0]), report([0.0]), "ndcg@10").p == 1.0


def test_reports_over_different_users_cannot_be_paired():
    with pytest.raises(InputError, match="different users"):
        paired_difference(report([1.0, 0.0]), report([1.0, 0.0], users=["x", "y"]), "ndcg@10")


def test_an_unknown_metric_is_refused_with_those_there_are():
    with pytest.raises(InputError, match="'auc'.*ndcg@10"):
        paired_difference(report([1.0]), report([1.0]), "auc")
