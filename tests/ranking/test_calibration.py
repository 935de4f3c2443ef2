import json

import numpy as np
import pytest
import tensorflow as tf
from scipy.special import expit, logit

from tfrec_dl.errors import InputError
from tfrec_dl.ranking.calibration import Calibration, Isotonic, Platt, load_calibration, save_calibration


def rows(count, bend, seed=0):
    """Logits, true probabilities and labels; `bend` is what the logits should have been."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(-2.0, 1.5, count)
    truth = expit(bend(logits))
    return logits, truth, (rng.random(count) < truth).astype(float)


def too_bold(logits):
    return 0.5 * logits - 1.0


def bent(logits):
    return np.minimum(logits, 0.3 * logits - 2.0)


def test_platt_finds_the_line_that_made_the_labels():
    logits, truth, labels = rows(50_000, too_bold)
    fitted = Platt().fit(logits, labels)
    assert fitted.slope == pytest.approx(0.5, abs=0.03)
    assert fitted.log_odds[0] == pytest.approx(-1.0, abs=0.05)
    assert fitted(logits).numpy() == pytest.approx(truth, abs=0.01)


def test_platt_is_logistic_regression_on_his_targets():
    linear_model = pytest.importorskip("sklearn.linear_model", reason="scikit-learn is an extra")
    logits, _, labels = rows(300, too_bold)
    clicks, others = labels.sum(), 300 - labels.sum()
    # A soft target is a row with each label, weighted.
    target = np.where(labels == 1, (clicks + 1) / (clicks + 2), 1 / (others + 2))
    expected = linear_model.LogisticRegression(C=1e10, tol=1e-10, max_iter=1000).fit(
        np.tile(logits, 2)[:, None], np.repeat([1, 0], 300), np.append(target, 1 - target)
    )
    fitted = Platt().fit(logits, labels)
    assert fitted.slope == pytest.approx(expected.coef_[0, 0], rel=1e-3)
    assert fitted.log_odds[0] == pytest.approx(expected.intercept_[0], rel=1e-3)


def test_a_weight_counts_a_row_so_often():
    logits, _, labels = rows(200, too_bold)
    weights = np.random.default_rng(0).integers(1, 4, 200)
    repeated = Platt().fit(np.repeat(logits, weights), np.repeat(labels, weights))
    weighted = Platt().fit(logits, labels, weights)
    assert (weighted.slope, *weighted.log_odds) == pytest.approx((repeated.slope, *repeated.log_odds), rel=1e-4)
    heavier = Isotonic().fit(logits, labels, np.full(200, 3.0))
    assert heavier.log_odds == pytest.approx(Isotonic().fit(logits, labels).log_odds, abs=1e-4)


def test_separated_labels_keep_finite_numbers():
    fitted = Platt().fit([-1.0, -0.5, 0.5, 1.0], [0, 0, 1, 1])
    assert 0 < fitted.slope < 100
    assert fitted([-1.0, 1.0]).numpy() == pytest.approx([0.25, 0.75], abs=0.1)


@pytest.mark.parametrize("method", [Platt(), Isotonic()])
def test_logits_that_rank_worse_than_chance_are_not_turned_round(method):
    logits, _, labels = rows(2000, lambda logits: -logits)
    found = method.fit(logits, labels)(np.linspace(-8, 8, 50)).numpy()
    assert (np.diff(found) > 0).all()
    assert found == pytest.approx(labels.mean(), abs=0.1)


def test_isotonic_mends_a_bend_that_platt_cannot():
    logits, truth, labels = rows(50_000, bent)
    isotonic, platt = (method.fit(logits, labels)(logits).numpy() for method in (Isotonic(), Platt()))
    assert np.abs(isotonic - truth).mean() < 0.005
    assert np.abs(isotonic - truth).mean() < 0.6 * np.abs(platt - truth).mean()


def test_isotonic_knots_are_the_steps_of_scikit_learns_at_their_centres():
    isotonic = pytest.importorskip("sklearn.isotonic", reason="scikit-learn is an extra")
    logits, _, labels = rows(500, bent)
    x = np.append(logits, [logits.min(), logits.max()])
    steps = isotonic.IsotonicRegression().fit_transform(x, np.append(labels, [labels.mean()] * 2))
    values = np.unique(steps.round(9))
    fitted = Isotonic().fit(logits, labels)
    shifts = fitted.log_odds - logit(values)
    assert shifts == pytest.approx(shifts[0], abs=1e-5)
    assert abs(shifts[0]) < 0.2
    assert fitted.knots == pytest.approx([x[steps.round(9) == value].mean() for value in values], abs=1e-5)


def test_isotonic_keeps_the_order_within_steps_and_beyond_them():
    logits, _, labels = rows(5000, bent)
    found = Isotonic().fit(logits, labels).calibrated_logits(np.linspace(-30, 30, 5000)).numpy()
    assert (np.diff(found) > 0).all()
    assert np.isfinite(found).all()


def test_equal_logits_have_one_probability():
    fitted = Isotonic().fit([0.0] * 6 + [1.0] * 4, [0, 0, 0, 0, 0, 1, 0, 0, 1, 1])
    low, high = fitted([0.0, 1.0]).numpy()
    assert 6 * low + 4 * high == pytest.approx(3)
    # Each end has one more row with the mean label.
    assert logit(high) - logit(low) == pytest.approx(logit(2.3 / 5) - logit(1.3 / 7), abs=1e-5)


@pytest.mark.parametrize("bend", [bent, too_bold])
def test_isotonic_promises_as_many_clicks_as_there_were(bend):
    logits, _, labels = rows(2000, bend)
    assert Isotonic().fit(logits, labels)(logits).numpy().sum() == pytest.approx(labels.sum(), rel=1e-4)


@pytest.mark.parametrize("method", [Platt(), Isotonic()])
def test_numbers_survive_json_and_the_exported_graph(method, tmp_path):
    logits, _, labels = rows(2000, bent)
    fitted = method.fit(logits, labels)
    save_calibration(fitted, tmp_path / "calibration.json")
    read = load_calibration(tmp_path / "calibration.json")
    expected = fitted(logits).numpy()
    assert np.array_equal(read(logits).numpy(), expected)
    inputs = tf.keras.Input([], dtype=tf.float32)
    network = tf.keras.Model(inputs, read(inputs))
    assert not network.weights
    network.export(tmp_path / "served")
    served = tf.saved_model.load(tmp_path / "served").serve(logits.astype(np.float32)).numpy()
    assert served == pytest.approx(expected, abs=1e-6)
    network.save(tmp_path / "network.keras")
    loaded = tf.keras.models.load_model(tmp_path / "network.keras", custom_objects={"Calibration": Calibration})
    assert np.array_equal(loaded(logits.astype(np.float32)).numpy(), expected)


@pytest.mark.parametrize(
    ("logits", "labels", "weights", "message"),
    [
        ([0.1, 0.2], [1, 1], None, "labels to calibrate on are 1: both 0 and 1"),
        ([0.1, 0.2], [0, 3], None, "are 0, 3"),
        ([], [], None, "are none"),
        ([0.1, np.inf], [0, 1], None, "logits: 1 of 2 values are not finite, the first is inf in row 1"),
        ([0.1, 0.2], [0, np.nan], None, "labels: 1 of 2"),
        ([0.1, 0.2], [0, 1], [1.0, 0.0], "a weight is 0"),
        ([0.1, 0.2], [0], None, r"logits \(2,\), labels \(1,\)"),
    ],
)
def test_rows_that_make_no_sense_are_refused(logits, labels, weights, message):
    for method in (Platt(), Isotonic()):
        with pytest.raises(InputError, match=message):
            method.fit(logits, labels, weights)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"knots": [0.0], "log_odds": [0.0]}, "is not a calibration: the field 'slope' is missing"),
        ({"knots": [0.0], "log_odds": [0.0], "slope": 1.0, "tilt": 1.0}, "'tilt' is 1.0 .*not permitted"),
        ({"knots": ["a"], "log_odds": [0.0], "slope": 1.0}, "is not a calibration: the field 'knots.0' is 'a'"),
    ],
)
def test_file_that_holds_no_calibration_is_refused_in_one_line(tmp_path, values, message):
    (tmp_path / "calibration.json").write_text(json.dumps(values))
    with pytest.raises(InputError, match=message) as refused:
        load_calibration(tmp_path / "calibration.json")
    assert "\n" not in str(refused.value)


def test_numbers_that_are_no_calibration_are_refused():
    with pytest.raises(InputError, match="increasing"):
        Calibration([1.0, 0.0], [0.0, 1.0], 1.0)
    with pytest.raises(InputError, match="slope -1"):
        Calibration([0.0], [0.0], -1.0)
