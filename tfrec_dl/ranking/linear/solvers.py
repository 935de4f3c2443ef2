"""Ridge and logistic regression on sparse columns, with one penalty per column."""

from typing import NamedTuple

import numpy as np
from scipy import sparse, special
from scipy.optimize import minimize
from scipy.sparse.linalg import lsmr

STEPS = 150  # maximum number of steps
ENOUGH = 1e-6  # relative gain of a step below which the solver stops


class Solution(NamedTuple):
    """A linear model: score = columns @ weights + intercept.

    Attributes:
        weights: [columns] float64.
        intercept: score of a row without entries.
    """

    weights: np.ndarray
    intercept: float

    def scores(self, matrix: sparse.csr_matrix) -> np.ndarray:
        """Maps columns [n, columns] to scores [n] float64."""
        return matrix @ self.weights + self.intercept


def ridge(matrix: sparse.csr_matrix, targets: np.ndarray, penalties: np.ndarray, weights: np.ndarray) -> Solution:
    """Minimizes the weighted squared error plus each column's penalty times its squared weight.

    The intercept is the weighted mean of the targets, so the penalty applies to deviations from it.

    Args:
        matrix: [n, columns].
        targets: [n].
        penalties: [columns], above 0.
        weights: [n], weight of each row.
    """
    intercept = float(np.average(targets, weights=weights))
    scale, roots = 1 / np.sqrt(penalties), np.sqrt(weights)
    scaled = sparse.diags(roots) @ matrix @ sparse.diags(scale)
    found = lsmr(scaled, roots * (targets - intercept), damp=1.0, atol=1e-5, btol=1e-5, maxiter=STEPS)[0]
    return Solution(scale * found, intercept)


def logistic(matrix: sparse.csr_matrix, targets: np.ndarray, penalties: np.ndarray, weights: np.ndarray) -> Solution:
    """Minimizes the weighted cross-entropy plus half of each column's penalty times its squared weight.

    Args:
        matrix: [n, columns].
        targets: [n], 0 or 1.
        penalties: [columns], above 0.
        weights: [n], weight of each row.
    """
    scale = 1 / np.sqrt(penalties)
    scaled = (matrix @ sparse.diags(scale)).tocsr()
    rate = (weights @ targets + 1.0) / (weights.sum() + 2.0)

    def loss(variables: np.ndarray) -> tuple[float, np.ndarray]:
        scores = scaled @ variables[:-1] + variables[-1]
        value = weights @ (np.logaddexp(0, scores) - targets * scores) + 0.5 * variables[:-1] @ variables[:-1]
        residual = weights * (special.expit(scores) - targets)
        return float(value), np.append(scaled.T @ residual + variables[:-1], residual.sum())

    start = np.append(np.zeros(matrix.shape[1]), special.logit(rate))
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS, "ftol": ENOUGH}).x
    return Solution(scale * found[:-1], float(found[-1]))
