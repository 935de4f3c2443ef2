import numpy as np
import pytest

from tfrec_dl.baselines.ease import EASE
from tfrec_dl.errors import InputError


def test_weights_solve_the_constrained_ridge_regression(histories, vocabulary):
    rng = np.random.default_rng(0)
    rows = [list(rng.choice(np.arange(2, 10), rng.integers(1, 6), replace=False)) for _ in range(60)]
    users = np.zeros((60, 10))
    for user, row in enumerate(rows):
        users[user, row] = 1.0
    weights = EASE.fit(histories(rows), vocabulary(8), regularization=5.0).weights
    for item in range(2, 10):
        # Zero on the diagonal: regress each item on all the others, one ridge regression at a time.
        others = [other for other in range(2, 10) if other != item]
        inputs = users[:, others]
        expected = np.linalg.solve(inputs.T @ inputs + 5.0 * np.eye(7), inputs.T @ users[:, item])
        assert weights[item, item] == 0.0
        assert weights[others, item] == pytest.approx(expected, abs=1e-5)


def test_scores_are_sums_of_the_weights_of_the_history(histories, vocabulary):
    model = EASE.fit(histories([[2, 3], [2, 4], [3, 4, 5]]), vocabulary(4), regularization=1.0)
    assert model.scores(histories([[2, 5, 2]]))[0] == pytest.approx(model.weights[2] + model.weights[5], abs=1e-6)


def test_a_catalogue_that_is_too_large_is_refused_with_its_size(histories, vocabulary):
    with pytest.raises(InputError, match="20,001 items"):
        EASE.fit(histories([[2, 3]]), vocabulary(20_001))
