"""Leaderboard of rating prediction, with models and the baseline ordered by test RMSE."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tfrec_dl.evaluation.leaderboard import STARS
from tfrec_dl.evaluation.rating_metrics import paired_rmse_difference, rating_metrics
from tfrec_dl.evaluation.ratings import RatingReport


@dataclass(frozen=True, eq=False)
class RatingEntry:
    """One line of a leaderboard.

    Attributes:
        name: name of the model.
        report: test ratings and their predictions.
        seconds: training time; None if unknown.
        family: "deep" or "baseline".
    """

    name: str
    report: RatingReport
    seconds: float | None = None
    family: str = "deep"


def rating_leaderboard(entries: Sequence[RatingEntry]) -> pd.DataFrame:
    """Sorts entries by RMSE, lowest first.

    Args:
        entries: at least one entry, evaluated on the same ratings.

    Returns:
        One row per entry: `model`, `family`; `rmse`, `mse` and `mae` with their intervals; `difference` of the RMSE
        from the best, with `difference/low` and `difference/high`, its `p`, and `stars` ("" for no significant
        difference, and for the best itself); `seconds`, NaN if unknown.

    Raises:
        InputError: if the entries are based on different ratings.
    """
    ordered = sorted(entries, key=lambda entry: entry.report.summary()["rmse"])
    rows = []
    for entry in ordered:
        against_best = paired_rmse_difference(entry.report, ordered[0].report)
        rows.append(
            {"model": entry.name, "family": entry.family}
            | rating_metrics(entry.report)
            | {
                "difference": against_best.difference,
                "difference/low": against_best.low,
                "difference/high": against_best.high,
                "p": against_best.p,
                "stars": next((stars for limit, stars in STARS if against_best.p < limit), ""),
                "seconds": np.nan if entry.seconds is None else float(entry.seconds),
            }
        )
    return pd.DataFrame(rows)
