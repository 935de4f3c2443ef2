import numpy as np
import pytest

from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.rating_metrics import paired_rmse_difference, rating_metrics
from tfrec_dl.evaluation.ratings import RatingReport


def report(errors: np.ndarray, users: int = 40) -> RatingReport:
    rated = np.full(len(errors), 3.0)
    ids = np.array([f"u{number % users}" for number in range(len(errors))], dtype=object)
    return RatingReport(ids, ids, rated, rated + errors)


ERRORS = np.random.default_rng(0).normal(0, 1, 800)


def test_figures_are_those_of_the_report():
    summary, found = report(ERRORS).summary(), rating_metrics(report(ERRORS))
    for name in ("rmse", "mae"):
        assert found[name] == pytest.approx(summary[name])
        assert found[f"{name}/low"] < found[name] < found[f"{name}/high"]


def test_interval_is_over_users_whose_ratings_stand_together():
    """One user in ten with errors ten times as large is more uncertain than the same errors spread over all."""
    errors = np.ones(400)
    errors[::10] = 10.0
    gathered, spread = rating_metrics(report(errors, users=10)), rating_metrics(report(errors, users=400))
    assert gathered["rmse"] == pytest.approx(spread["rmse"])
    assert gathered["rmse/high"] - gathered["rmse/low"] > 2 * (spread["rmse/high"] - spread["rmse/low"])


def test_small_but_steady_difference_shows_in_pairs():
    found = paired_rmse_difference(report(ERRORS * 0.99), report(ERRORS))
    assert found.difference == pytest.approx(-0.01 * report(ERRORS).summary()["rmse"])
    assert found.high < 0
    assert found.p < 1e-6
    alone = rating_metrics(report(ERRORS))
    assert alone["rmse/high"] - alone["rmse/low"] > 5 * (found.high - found.low)


def test_model_does_not_differ_from_itself():
    found = paired_rmse_difference(report(ERRORS), report(ERRORS))
    assert (found.difference, found.p) == (0.0, 1.0)


def test_other_ratings_are_refused():
    with pytest.raises(InputError, match="over different ratings"):
        paired_rmse_difference(report(ERRORS), report(ERRORS[:-1]))
