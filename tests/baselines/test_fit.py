"""What every baseline must do, and the choice among them."""

import numpy as np
import pandas as pd
import pytest

from tfrec_dl.baselines import BASELINES
from tfrec_dl.baselines.fit import baseline_entries, fit_baselines
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.splits.leave_last_out import leave_last_out
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.leaderboard import leaderboard


@pytest.fixture(scope="module")
def split():
    rng = np.random.default_rng(0)
    # A noisy chain through 40 items: the order tells more than the set.
    steps = np.cumsum(rng.choice([1, 1, 1, 2], (60, 12)), axis=1) + rng.integers(0, 40, 60)[:, None]
    table = pd.DataFrame(
        {
            "user_id": np.repeat([f"user 😀 {user}" for user in range(60)], 12),
            "item_id": [f"品{item}" for item in steps.ravel() % 40],
            "timestamp": np.tile(np.arange(12), 60),
        }
    )
    return leave_last_out(Interactions.from_frame(table))


@pytest.fixture(scope="module", params=BASELINES)
def baseline(request, split):
    return next(scorer for _, scorer, _ in fit_baselines(split, [request.param]))


def test_scores_are_fresh_finite_floats_for_the_whole_catalogue(baseline, split):
    first = baseline.scores(split.test.histories)
    expected = first.copy()
    assert first.shape == (60, split.vocabulary.size)
    assert first.dtype in (np.float32, np.float64)
    assert np.isfinite(first[:, 2:]).all()
    first[:] = np.nan
    assert baseline.scores(split.test.histories) == pytest.approx(expected)


def test_a_history_scores_the_same_alone_and_in_a_block(baseline, split):
    together = baseline.scores(split.test.histories)
    alone = baseline.scores(split.test.histories.select(np.array([7])))
    assert alone[0] == pytest.approx(together[7], rel=1e-4, abs=1e-5)


def test_new_users_get_the_popular_items(baseline, split, histories):
    scores = baseline.scores(histories([[], [3]]))
    order = np.argsort(-scores[0, 2:], kind="stable")
    assert np.array_equal(split.vocabulary.counts[order], np.sort(split.vocabulary.counts)[::-1])


def test_no_histories_give_no_scores(baseline, split, histories):
    assert baseline.scores(histories([])).shape == (0, split.vocabulary.size)


def test_on_a_chain_the_markov_chain_wins(split):
    table = leaderboard(list(baseline_entries(split, split.test)))
    assert set(table["model"][:2]) == {"markov_chain", "transitions"}
    assert sorted(table["model"]) == sorted(BASELINES)
    assert set(table["family"]) == {"baseline"}
    assert (table["seconds"] >= 0).all()


def test_ease_is_left_out_with_a_reason_where_the_catalogue_is_too_large(split, monkeypatch):
    monkeypatch.setattr("tfrec_dl.baselines.ease.MAX_ITEMS", 10)
    reasons: list[str] = []
    assert [name for name, _, _ in fit_baselines(split, ["popularity", "ease"], reasons.append)] == ["popularity"]
    assert len(reasons) == 1
    assert "40 items" in reasons[0]


def test_an_unknown_baseline_is_refused_with_those_there_are(split):
    with pytest.raises(InputError, match="'itemknn'.*item_knn"):
        list(fit_baselines(split, ["itemknn"]))
