"""Baselines that every ranker is compared with.

Every registered class can be accessed as an attribute of this package: `baselines.Ridge`.
"""

from typing import Any

from tfrec_dl.ranking.baselines.baseline import RANKING_BASELINES, RankingBaseline
from tfrec_dl.ranking.baselines.entries import baseline_names, ranking_baseline_entries

register = RANKING_BASELINES.register

__all__ = ["RANKING_BASELINES", "RankingBaseline", "baseline_names", "ranking_baseline_entries", "register"]


def __getattr__(name: str) -> Any:
    """Returns the registered class with this name."""
    if name.startswith("_"):
        raise AttributeError(name)
    return RANKING_BASELINES.class_called(name)
