"""Linear models of sparse columns: what they find, and how their penalties are chosen."""

import numpy as np
import pytest
from scipy import sparse

from tfrec_dl.ranking.linear.columns import indicators, products
from tfrec_dl.ranking.linear.penalties import LOGISTIC, PENALTIES, RIDGE, Examples, chosen_penalties
from tfrec_dl.ranking.linear.solvers import logistic, ridge


def test_products_are_of_each_row_all_pairs():
    left, right = indicators(np.array([[2, 3], [3, 0], [1, 0]]), 4), sparse.csr_matrix([[0.5, 0.0], [1.0, 2.0], [1, 1]])
    found = products(left, right).toarray().reshape(3, 4, 2)
    assert found == pytest.approx(np.einsum("na,nb->nab", left.toarray(), right.toarray()))


def test_ridge_is_the_closed_form():
    generator = np.random.default_rng(0)
    matrix, targets = generator.random((40, 5)), generator.random(40)
    penalties, weights = np.array([1.0, 2.0, 3.0, 4.0, 5.0]), generator.random(40) + 0.5
    mean = np.average(targets, weights=weights)
    weighted = matrix * weights[:, None]
    expected = np.linalg.solve(weighted.T @ matrix + np.diag(penalties), weighted.T @ (targets - mean))
    found = ridge(sparse.csr_matrix(matrix), targets, penalties, weights)
    assert found.weights == pytest.approx(expected, abs=1e-3)
    assert found.intercept == pytest.approx(mean)


def test_logistic_regression_is_where_its_gradient_is_nothing():
    generator = np.random.default_rng(1)
    matrix, penalties, weights = generator.random((60, 4)), np.full(4, 2.0), np.ones(60)
    targets = (matrix[:, 0] > 0.5).astype(float)
    found = logistic(sparse.csr_matrix(matrix), targets, penalties, weights)
    residual = 1 / (1 + np.exp(-found.scores(sparse.csr_matrix(matrix)))) - targets
    assert matrix.T @ residual + penalties * found.weights == pytest.approx(np.zeros(4), abs=1e-3)
    assert residual.sum() == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("regression", [RIDGE, LOGISTIC])
def test_columns_that_say_nothing_get_a_larger_penalty_than_those_that_say_all(regression):
    generator = np.random.default_rng(2)
    telling, noise = generator.integers(2, 12, (600, 1)), generator.integers(2, 62, (600, 1))
    matrix = sparse.hstack([indicators(telling, 12), indicators(noise, 62)], format="csr")
    targets = (telling[:, 0] % 2).astype(float)
    examples = Examples(matrix, np.repeat([0, 1], [12, 62]), targets, np.ones(600))
    told, meaningless = chosen_penalties(regression, examples, np.arange(300), np.arange(300, 600))
    assert told < meaningless
    assert told <= min(PENALTIES)
