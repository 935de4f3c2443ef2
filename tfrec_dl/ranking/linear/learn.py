"""Fitting of a linear model to a label of impressions."""

import numpy as np

from tfrec_dl.ranking.data.batches import RankingRows
from tfrec_dl.ranking.data.feedback import RATING
from tfrec_dl.ranking.data.splits import ImpressionSplit
from tfrec_dl.ranking.fitted_state import FittedState
from tfrec_dl.ranking.linear.columns import LinearColumns
from tfrec_dl.ranking.linear.part import LinearPart
from tfrec_dl.ranking.linear.penalties import LOGISTIC, RIDGE, Examples, Penalties, chosen_penalties
from tfrec_dl.ranking.linear.solvers import Solution


def fitted_linear(
    label: str,
    columns: LinearColumns,
    split: ImpressionSplit,
    train: np.ndarray,
    validation: np.ndarray,
    penalties: Penalties | None = None,
) -> tuple[Solution, Penalties]:
    """Fits ridge regression for ratings, or logistic regression for clicks and conversions.

    Args:
        label: "click", "conversion" or "rating".
        columns: columns of the whole table.
        split: split of the table.
        train: rows to fit on.
        validation: rows to choose the penalties on.
        penalties: penalties for ids, features and crosses, if already chosen.
    """
    table = split.impressions
    weights = np.ones(len(table)) if table.weights is None else table.weights.astype(np.float64)
    examples = Examples(columns.matrix, columns.groups(), table.labels[label].astype(np.float64), weights)
    regression = RIDGE if label == RATING else LOGISTIC
    if penalties is None:
        penalties = chosen_penalties(regression, examples, train, validation)
    return examples.fitted(regression, penalties, train), penalties


def linear_part(
    label: str,
    origin: float,
    state: FittedState,
    rows: RankingRows,
    split: ImpressionSplit,
    penalties: Penalties | None = None,
) -> LinearPart:
    """Fits the linear model that a ranker starts from.

    Args:
        label: "click" or "rating".
        origin: meaning of a score of 0; see `Objective.origin`.
        state: state of the model.
        rows: rows of its table.
        split: split of the table: fits on the training part, and chooses penalties on the validation part.
        penalties: penalties, if already chosen.
    """
    columns = LinearColumns.of(state, rows)
    found, penalties = fitted_linear(label, columns, split, split.train, split.validation, penalties)
    weights = {names: values.astype(np.float32) for names, values in columns.divided(found.weights).items()}
    return LinearPart(weights, found.intercept - origin, penalties)
