import numpy as np
import pytest

from tfrec_dl.errors import InputError
from tfrec_dl.ranking.metrics.auc import auc, group_auc
from tfrec_dl.ranking.metrics.conversions import ConversionReport
from tfrec_dl.ranking.metrics.log_loss import log_loss, normalised_entropy
from tfrec_dl.ranking.metrics.paired import paired_click_difference
from tfrec_dl.ranking.metrics.reliability import reliability
from tfrec_dl.ranking.metrics.report import ClickReport


def clicks_of(*columns, **settings) -> ClickReport:
    return ClickReport(*columns, **settings)


def conversions(*columns, **settings) -> ConversionReport:
    return ConversionReport(*columns, **settings)


def impressions(seed=0, users=200, lists_a_user=3, rows_a_list=8, spread=1.0):
    """Rows of users who like to click more or less than others: truth, labels, lists, users."""
    rng = np.random.default_rng(seed)
    owners = np.repeat(np.arange(users), lists_a_user * rows_a_list)
    lists = np.repeat(np.arange(users * lists_a_user), rows_a_list)
    logits = -2.0 + rng.normal(size=users)[owners] * spread + rng.normal(size=len(owners))
    truth = 1 / (1 + np.exp(-logits))
    return truth, (rng.random(len(truth)) < truth).astype(float), lists, owners


def small():
    """Two users, three lists."""
    return {
        "predicted": np.array([0.9, 0.2, 0.4, 0.3, 0.6, 0.1]),
        "labels": np.array([1, 0, 0, 1, 0, 0]),
        "lists": np.array(["x", "x", "y", "y", "z", "z"], dtype=object),
        "users": np.array(["a", "a", "a", "a", "b", "b"], dtype=object),
    }


def test_figures_by_hand():
    found = clicks_of(**small(), cutoffs=(1,)).means()
    assert found["auc"] == pytest.approx(6 / 8)
    assert found["group_auc"] == pytest.approx(3 / 4)  # user b never clicked
    assert found["group_auc_by_list"] == pytest.approx(0.5)  # list z has no click
    assert found["ctr"] == pytest.approx(2 / 6)
    assert found["predicted_ctr"] == pytest.approx(2.5 / 6)
    assert found["calibration_ratio"] == pytest.approx(2.5 / 2)
    assert (found["ctr@1"], found["predicted_ctr@1"]) == pytest.approx((1 / 3, (0.9 + 0.4 + 0.6) / 3))
    assert (found["precision@1"], found["recall@1"], found["ndcg@1"], found["mrr"]) == (0.5, 0.5, 0.5, 0.75)
    assert found["ndcg"] == pytest.approx((1 + 1 / np.log2(3)) / 2)


def test_figures_are_those_of_the_functions():
    truth, labels, lists, users = impressions()
    report = clicks_of(truth, labels, lists, users)
    found = report.means()
    assert found["auc"] == pytest.approx(auc(truth, labels))
    assert found["group_auc"] == pytest.approx(group_auc(truth, labels, users))
    assert found["group_auc_by_list"] == pytest.approx(group_auc(truth, labels, lists))
    assert found["log_loss"] == pytest.approx(log_loss(truth, labels))
    assert found["normalised_entropy"] == pytest.approx(normalised_entropy(truth, labels))
    assert found["calibration_error"] == pytest.approx(reliability(truth, labels).expected_calibration_error)
    assert found["calibration_error"] == pytest.approx(report.reliability().expected_calibration_error)


def test_a_score_orders_and_leaves_probabilities_alone():
    plain, turned = (clicks_of(**small(), score=score).means() for score in (None, -small()["predicted"]))
    assert turned["auc"] == pytest.approx(1 - plain["auc"])
    assert turned["log_loss"] == plain["log_loss"]


def test_the_order_of_rows_does_not_matter():
    truth, labels, lists, users = impressions(users=40)
    mixed = np.random.default_rng(0).permutation(len(truth))
    one = clicks_of(truth, labels, lists, users).means()
    other = clicks_of(truth[mixed], labels[mixed], lists[mixed], users[mixed]).means()
    assert other == pytest.approx(one)


def test_summary_is_flat_and_intervals_hold_their_figures():
    found = clicks_of(*impressions()).summary()
    assert all(isinstance(value, float) for value in found.values())
    for name in (key for key in found if "/" not in key and key != "calibration_error"):
        assert found[f"{name}/low"] <= found[name] <= found[f"{name}/high"], name


def test_figures_without_a_click_are_not_a_number():
    found = clicks_of([0.1, 0.2], [0, 0], [0, 0], [0, 0]).summary()
    for name in ("auc", "auc/low", "ndcg", "ndcg@5/high", "normalised_entropy", "calibration_ratio"):
        assert np.isnan(found[name])
    assert found["ctr"] == 0.0


def test_about_95_of_100_intervals_hold_the_truth_though_rows_of_a_user_are_alike():
    shape = {"lists_a_user": 2, "rows_a_list": 5, "spread": 1.5}
    big = clicks_of(*impressions(seed=10_000, users=60_000, **shape), cutoffs=(1,)).means()
    names = ("auc", "group_auc", "log_loss", "ctr", "ndcg", "normalised_entropy")
    hits = dict.fromkeys(names, 0)
    for seed in range(100):
        found = clicks_of(*impressions(seed=seed, **shape), cutoffs=(1,)).summary()
        for name in names:
            hits[name] += found[f"{name}/low"] <= big[name] <= found[f"{name}/high"]
    assert all(88 <= count <= 100 for count in hits.values()), hits


def test_the_calibration_errors_interval_of_a_calibrated_model_is_at_0_and_a_bold_ones_is_not():
    truth, labels, lists, users = impressions(users=500)
    right, bold = (
        clicks_of(predicted, labels, lists, users).summary() for predicted in (truth, np.minimum(1, 1.4 * truth))
    )
    assert right["calibration_error/low"] < 0.005
    assert bold["calibration_error/low"] > 0.03


def test_a_small_but_steady_difference_shows_when_paired():
    truth, labels, lists, users = impressions()
    rng = np.random.default_rng(5)
    noisy = 1 / (1 + np.exp(-np.log(truth / (1 - truth)) - 0.5 * rng.normal(size=len(truth))))
    better, worse = clicks_of(truth, labels, lists, users), clicks_of(noisy, labels, lists, users)
    for metric, sign in (("auc", 1), ("ndcg", 1), ("log_loss", -1), ("group_auc", 1)):
        found = paired_click_difference(better, worse, metric)
        assert found.difference == pytest.approx(better.means()[metric] - worse.means()[metric])
        assert found.low < found.difference < found.high
        assert sign * found.difference > 0
    single = better.summary()
    found = paired_click_difference(better, worse, "auc")
    assert found.high - found.low < 0.5 * (single["auc/high"] - single["auc/low"])
    assert 0 < found.p < 0.01


def test_models_that_do_not_differ_have_p_1():
    report = clicks_of(**small())
    found = paired_click_difference(report, report, "log_loss")
    assert (found.difference, found.low, found.high, found.p) == (0.0, 0.0, 0.0, 1.0)


def test_reports_over_different_rows_or_without_the_metric_cannot_be_paired():
    one = clicks_of(**small())
    with pytest.raises(InputError, match="labels differ"):
        paired_click_difference(one, clicks_of(**{**small(), "labels": [0, 0, 0, 1, 0, 0]}), "auc")
    with pytest.raises(InputError, match="'map'.*auc"):
        paired_click_difference(one, one, "map")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"predicted": [1.5, 0.2, 0.4, 0.3, 0.6, 0.1]}, "predicted: 1 of 6 .* first is 1.5"),
        ({"labels": [5, 0, 0, 1, 0, 0]}, "labels: 1 of 6"),
        ({"labels": [1, 0]}, "labels 2"),
        ({"users": ["a", "b", "a", "a", "b", "b"]}, "list 'x' has rows of several users"),
        ({"users": ["a", None, "a", "a", "b", "b"]}, "users lacks 1 of 6 ids, the first in row 1"),
        ({"score": [np.inf, 0, 0, 0, 0, 0]}, "score: 1 of 6"),
        ({"cutoffs": (0,)}, "cutoffs"),
        ({"bins": 0}, "bins is 0"),
    ],
)
def test_rows_that_make_no_sense_are_refused(change, message):
    with pytest.raises(InputError, match=message):
        clicks_of(**{**small(), **change}).summary()


def test_conversion_rates_by_hand():
    clicks = clicks_of(
        predicted=[0.5, 0.4, 0.2, 0.1], labels=[1, 1, 0, 1], lists=[0, 0, 1, 1], users=[0, 0, 1, 1], cutoffs=(1,)
    )
    report = conversions(clicks, predicted=[0.2, 0.5, 0.9, 0.1], converted=[0, 1, 0, 0])
    found = report.summary()
    assert found["cvr"] == pytest.approx(1 / 3)
    assert found["predicted_cvr"] == pytest.approx((0.1 + 0.2 + 0.18 + 0.01) / 1.2)
    assert found["cvr@1"] == 0.0  # of the two best rows one is clicked, and led to nothing
    assert found["predicted_cvr@1"] == pytest.approx((0.1 + 0.18) / 0.7)
    assert found["cvr_auc"] == 1.0  # 0.5 against 0.2 and 0.1
    assert found["ctcvr_auc"] == 1.0  # 0.2 against 0.1, 0.18 and 0.01
    assert found["cvr_calibration_ratio"] == pytest.approx(0.8)
    assert found["cvr/low"] <= found["cvr"] <= found["cvr/high"]


def test_conversions_need_clicks():
    clicks = clicks_of([0.5, 0.4], [1, 0], [0, 0], [0, 0])
    with pytest.raises(InputError, match="1 rows convert without a click, the first is row 1"):
        conversions(clicks, [0.1, 0.1], [0, 1])
    with pytest.raises(InputError, match="0 of 2 rows are clicked"):
        conversions(clicks_of([0.5, 0.4], [0, 0], [0, 0], [0, 0]), [0.1, 0.1], [0, 0])
