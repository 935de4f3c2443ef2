"""The penalties of a linear model, chosen on validation."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from tfrec_dl.ranking.linear.solvers import Solution, logistic, ridge

PENALTIES = (2.0, 8.0, 32.0, 128.0, 512.0)  # tried for all columns alike
FACTOR = 4.0  # by which one group's penalty is then changed
ROUNDS = 4
LOWEST, HIGHEST = 0.1, 1e5
MOST_ENTRIES = 5_000_000  # of the training rows: with more, all columns keep one penalty
MIDDLE = 32.0  # where there is no validation part to choose on

Penalties = tuple[float, ...]


@dataclass(frozen=True)
class Regression:
    """A kind of linear model.

    Attributes:
        solve: (columns, targets, penalties, weights of rows) -> solution.
        error: (scores, targets) -> error of each row, whose mean validation compares.
    """

    solve: Callable[[sparse.csr_matrix, np.ndarray, np.ndarray, np.ndarray], Solution]
    error: Callable[[np.ndarray, np.ndarray], np.ndarray]


RIDGE = Regression(ridge, lambda scores, targets: np.square(scores - targets))
LOGISTIC = Regression(logistic, lambda scores, targets: np.logaddexp(0, scores) - targets * scores)


@dataclass(frozen=True, eq=False)
class Examples:
    """What a linear model learns from.

    Attributes:
        matrix: [n, columns].
        groups: [columns] int from 0, which columns have one penalty.
        targets: [n].
        weights: [n], how much a row counts.
    """

    matrix: sparse.csr_matrix
    groups: np.ndarray
    targets: np.ndarray
    weights: np.ndarray

    def fitted(self, regression: Regression, penalties: Penalties, rows: np.ndarray) -> Solution:
        """The model of some rows, with a penalty a group."""
        each = np.asarray(penalties)[self.groups]
        return regression.solve(self.matrix[rows], self.targets[rows], each, self.weights[rows])


def chosen_penalties(
    regression: Regression, examples: Examples, train: np.ndarray, validation: np.ndarray
) -> Penalties:
    """The penalties with the lowest validation error: first one for all columns, then each group's larger or smaller.

    Args:
        regression: ridge or logistic.
        examples: of the whole table.
        train: rows to fit on.
        validation: rows to compare on; without any all penalties are `MIDDLE`.
    """
    count = int(examples.groups.max()) + 1
    if not len(validation):
        return (MIDDLE,) * count
    matrix, targets, weights = (each[validation] for each in (examples.matrix, examples.targets, examples.weights))
    errors: dict[Penalties, float] = {}

    def error(penalties: Penalties) -> float:
        if penalties not in errors:
            scores = examples.fitted(regression, penalties, train).scores(matrix)
            errors[penalties] = float(np.average(regression.error(scores, targets), weights=weights))
        return errors[penalties]

    best = min(((penalty,) * count for penalty in PENALTIES), key=error)
    if examples.matrix[train].nnz > MOST_ENTRIES:
        return best
    for _ in range(ROUNDS):
        before = best
        for group in range(count):
            for factor in (FACTOR, 1 / FACTOR):
                changed = _changed(best, group, factor)
                while LOWEST <= changed[group] <= HIGHEST and error(changed) < error(best):
                    best, changed = changed, _changed(changed, group, factor)
        if best == before:
            break
    return best


def _changed(penalties: Penalties, group: int, factor: float) -> Penalties:
    return tuple(each * factor if number == group else each for number, each in enumerate(penalties))
