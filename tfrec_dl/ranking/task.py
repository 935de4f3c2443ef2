"""Ranking as a task: how its models are compared with each other and with baselines."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from tfrec_dl.evaluation.report_blocks import Section
from tfrec_dl.families.monitored import Monitored
from tfrec_dl.families.task import Task
from tfrec_dl.ranking.baselines import ranking_baseline_entries
from tfrec_dl.ranking.card import ranking_run_card
from tfrec_dl.ranking.data.source import RankingSource
from tfrec_dl.ranking.evaluate import evaluate_ranking
from tfrec_dl.ranking.leaderboard import LOSSES, RankingEntry, ordering_metric, ranking_leaderboard
from tfrec_dl.ranking.rows import ranking_rows
from tfrec_dl.ranking.sections import ranking_sections
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.runs.run_folder import RunFolder, run_seconds
from tfrec_dl.serving.card import ModelCard


class RankingTask(Task):
    """Ordering of candidates by clicks, conversions or ratings."""

    name = "ranking"
    marks = {"task": "ranking"}
    sources = (RankingSource,)
    source_example = 'tfrec_dl.RankingSource("shown.csv", tfrec_dl.ranking.Feedback(click="click"))'

    def source(self, description: Mapping[str, Any]) -> RankingSource:
        """Returns the table of impressions that a run's configuration describes."""
        return RankingSource(**description)

    def entries(self, run: Any, dataset: Any) -> list[RankingEntry]:
        """Returns a finished run's leaderboard entries: best weights on the test rows, with the time of its epochs."""
        split, found = dataset.split, []
        for each in (type(run)(each.folder, each.recipe, each.source) for each in run.recipe.family.lines(run)):
            model = each.model()
            reports = evaluate_ranking(model, ranking_rows(model.fitted_state, split), split.test)
            found.append(RankingEntry(each.recipe.name, reports, run_seconds(each)))
        return found

    def baseline_entries(
        self, dataset: Any, recipes: Sequence[Recipe] = (), names: Collection[str] | None = None
    ) -> Iterator[RankingEntry]:
        """Yields the baselines' leaderboard entries; each baseline is logged before it is fitted."""
        yield from ranking_baseline_entries(dataset, None if names is None else tuple(names))

    def monitored(self, dataset: Any) -> Monitored:
        """Returns the metric that orders the leaderboard."""
        metric = ordering_metric(dataset.impressions)
        return Monitored(metric, "min" if metric in LOSSES else "max")

    def leaderboard(self, entries: Sequence[Any], dataset: Any) -> pd.DataFrame:
        """Sorts entries by test NDCG of clicks if impressions are in lists, else by AUC, or RMSE for ratings alone."""
        return ranking_leaderboard(entries, ordering_metric(dataset.impressions))

    def sections(self, entries: Sequence[Any], dataset: Any) -> list[Section]:
        """Returns report sections on calibration, and on strengths and weaknesses."""
        return ranking_sections(entries, dataset)

    def card(self, run: RunFolder, data_terms: str | None = None, **facts: Any) -> ModelCard:
        """Returns the model card of a finished run."""
        return ranking_run_card(run, data_terms, **facts)
