import numpy as np
import pytest

from tfrec_dl.baselines.ials import IALS


@pytest.fixture
def two_tastes():
    """Users like items 2 to 11 or items 12 to 21, seven of their ten each."""
    rng = np.random.default_rng(0)
    return [list(rng.choice(np.arange(10), 7, replace=False) + (2 if user % 2 else 12)) for user in range(80)]


def test_a_user_who_was_not_in_training_is_served_by_taste(two_tastes, histories, vocabulary):
    model = IALS.fit(histories(two_tastes), vocabulary(20), factors=2, regularization=1.0)
    scores = model.scores(histories([[2, 3], [15]]))
    assert scores[0, 4:12].min() > scores[0, 12:].max()
    assert scores[1, 12:].min() > scores[1, 2:12].max()


def test_user_factors_solve_the_published_equation(two_tastes, histories, vocabulary):
    model = IALS.fit(histories(two_tastes), vocabulary(20), factors=4, regularization=3.0, alpha=5.0)
    items = model.recommender.item_factors.astype(np.float64)
    seen = items[[4, 9]]
    # Hu, Koren and Volinsky: (Y'Y + Y'(C - I)Y + regularization I)^-1 Y'C p, confidence alpha on seen items.
    left = items.T @ items + (5.0 - 1.0) * seen.T @ seen + 3.0 * np.eye(4)
    expected = np.linalg.solve(left, 5.0 * seen.sum(axis=0))
    assert model.queries(histories([[4, 9]]))[0] == pytest.approx(expected, rel=1e-3, abs=1e-4)


def test_short_histories_need_an_interaction_to_count_many_times(histories, vocabulary, cases):
    # Pairs of items, a user has both: with the defaults of `fit` all factors shrink to zero.
    rows = [[2 + 2 * pair, 3 + 2 * pair] for pair in range(40)] * 2
    counts = np.bincount(np.concatenate(rows), minlength=82)[2:]
    validation = cases([row[:1] for row in rows], [row[1:] for row in rows])
    found = IALS.tuned(histories(rows), vocabulary(80, counts), validation)
    assert np.abs(IALS.fit(histories(rows), vocabulary(80, counts)).scores(validation.histories)).max() < 1e-6
    best = (found.scores(validation.histories) - 1e9 * (np.arange(82) == [row[:1] for row in rows])).argmax(axis=1)
    assert np.mean(best == [row[1] for row in rows]) > 0.9


def test_the_same_seed_gives_the_same_scores(two_tastes, histories, vocabulary):
    scores = [
        IALS.fit(histories(two_tastes), vocabulary(20), factors=4, seed=5).scores(histories([[2]])) for _ in range(2)
    ]
    assert scores[0] == pytest.approx(scores[1], abs=1e-6)


def test_no_blas_warning_reaches_the_user(two_tastes, histories, vocabulary, recwarn):
    IALS.fit(histories(two_tastes), vocabulary(20), factors=4)
    assert not [warning for warning in recwarn if issubclass(warning.category, RuntimeWarning)]
