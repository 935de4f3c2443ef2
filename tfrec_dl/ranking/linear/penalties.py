"""Choice of the penalties of a linear model on validation."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from tfrec_dl.ranking.linear.solvers import Solution, logistic, ridge

PENALTIES = (2.0, 8.0, 32.0, 128.0, 512.0)  # values tried for all columns together
FACTOR = 4.0  # factor by which one group's penalty is then changed
ROUNDS = 4
LOWEST, HIGHEST = 0.1, 1e5
MOST_ENTRIES = 5_000_000  # matrix entries in the training rows above which all columns keep one penalty
MIDDLE = 32.0  # used if there is no validation part to choose on

Penalties = tuple[float, ...]


@dataclass(frozen=True)
class Regression:
    """A kind of linear model.

    Attributes:
        solve: function (columns, targets, penalties, row weights) -> solution.
        error: function (scores, targets) -> error per row; validation compares the mean.
    """

    solve: Callable[[sparse.csr_matrix, np.ndarray, np.ndarray, np.ndarray], Solution]
    error: Callable[[np.ndarray, np.ndarray], np.ndarray]


RIDGE = Regression(ridge, lambda scores, targets: np.square(scores - targets))
LOGISTIC = Regression(logistic, lambda scores, targets: np.logaddexp(0, scores) - targets * scores)


@dataclass(frozen=True, eq=False)
class Examples:
    """The data that a linear model is fitted on.

    Attributes:
        matrix: [n, columns].
        groups: [columns] int from 0, groups of columns that share a penalty.
        targets: [n].
        weights: [n], weight of each row.
    """

    matrix: sparse.csr_matrix
    groups: np.ndarray
    targets: np.ndarray
    weights: np.ndarray

    def fitted(self, regression: Regression, penalties: Penalties, rows: np.ndarray) -> Solution:
        """Fits the model on some rows, with one penalty per group."""
        each = np.asarray(penalties)[self.groups]
        return regression.solve(self.matrix[rows], self.targets[rows], each, self.weights[rows])


def chosen_penalties(
    regression: Regression, examples: Examples, train: np.ndarray, validation: np.ndarray
) -> Penalties:
    """Returns the penalties with the lowest validation error: chooses one for all columns, then varies each group's.

    Args:
        regression: ridge or logistic.
        examples: data of the whole table.
        train: rows to fit on.
        validation: rows to compare on; if empty, all penalties are `MIDDLE`.
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
