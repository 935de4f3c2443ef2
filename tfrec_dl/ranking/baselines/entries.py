"""Fitting and evaluation of the baselines that suit a table."""

import logging
import time
from collections.abc import Iterator, Sequence

from tfrec_dl.ranking.baselines.baseline import RANKING_BASELINES
from tfrec_dl.ranking.data.dataset import ImpressionDataset
from tfrec_dl.ranking.evaluate import ranking_reports
from tfrec_dl.ranking.leaderboard import RankingEntry

logger = logging.getLogger(__name__)


def baseline_names(dataset: ImpressionDataset) -> list[str]:
    """Returns the baselines that suit a table; logs why others of them cannot be fitted."""
    found = []
    for name, baseline in ((name, RANKING_BASELINES[name]) for name in RANKING_BASELINES):
        if not baseline.suits(dataset):
            continue
        if (reason := baseline.left_out(dataset)) is None:
            found.append(name)
        else:
            logger.info("baseline %s is left out: %s", name, reason)
    return found


def ranking_baseline_entries(dataset: ImpressionDataset, names: Sequence[str] | None = None) -> Iterator[RankingEntry]:
    """Fits baselines and evaluates them on the test part, as entries for a leaderboard.

    Args:
        dataset: the impressions.
        names: names of baselines; None for all of `baseline_names`.

    Yields:
        One entry per baseline as soon as it is done; each baseline is logged before it starts.
    """
    for name in baseline_names(dataset) if names is None else names:
        logger.info("baseline %s", name)
        start = time.perf_counter()
        predictions = RANKING_BASELINES[name]().predictions(dataset)
        seconds = time.perf_counter() - start
        yield RankingEntry(name, ranking_reports(predictions, dataset.impressions), seconds, "baseline")
