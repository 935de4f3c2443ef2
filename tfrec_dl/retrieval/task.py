"""The retrieval task: how its models are compared with each other and with baselines."""

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from tfrec_dl.baselines.baseline import BASELINES, COLD_BASELINES
from tfrec_dl.baselines.cold_start import cold_baseline_entries, item_texts
from tfrec_dl.baselines.fit import baseline_entries
from tfrec_dl.data.prepared.source import PreparedSource
from tfrec_dl.data.source import DataSource
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.cold_start import ColdStartEntry, cold_start_leaderboard, evaluate_cold_start
from tfrec_dl.evaluation.evaluate import evaluate
from tfrec_dl.evaluation.leaderboard import Entry, leaderboard
from tfrec_dl.evaluation.report_blocks import Section
from tfrec_dl.families.monitored import Monitored
from tfrec_dl.families.task import Task
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.card import run_card
from tfrec_dl.retrieval.reports.examples import example_sections
from tfrec_dl.retrieval.reports.sections import cold_sections, retrieval_sections
from tfrec_dl.runs.run_folder import RunFolder, run_seconds
from tfrec_dl.serving.card import ModelCard

logger = logging.getLogger(__name__)


class RetrievalTask(Task):
    """Finds the best items among all."""

    name = "retrieval"
    sources = (DataSource, PreparedSource)
    source_example = 'a path, or tfrec_dl.DataSource("clicks.csv")'

    def source(self, description: Mapping[str, Any]) -> DataSource | PreparedSource:
        """Returns the table or the prepared folder described in a run's configuration."""
        return PreparedSource(description["prepared"]) if "prepared" in description else DataSource(**description)

    def entries(self, run: Any, dataset: Any) -> list[Entry] | list[ColdStartEntry]:
        """Returns a finished run's lines of the leaderboard; a cold-start split has warm, cold and all items."""
        keep_seen = run.recipe.training.keep_seen
        runs = [type(run)(each.folder, each.recipe, each.source) for each in run.recipe.family.lines(run)]
        if dataset.cold_split is None:
            return [run_entry(each, dataset.split, keep_seen) for each in runs]
        return [
            ColdStartEntry(
                each.recipe.name,
                evaluate_cold_start(each.model(), dataset.cold_split, keep_seen=keep_seen),
                run_seconds(each),
            )
            for each in runs
        ]

    def why_not_together(self, recipes: Sequence[Recipe]) -> str | None:
        """Returns a reason if some of the models recommend seen items and others do not."""
        keeping = [recipe.name for recipe in recipes if recipe.training.keep_seen]
        if len(keeping) in (0, len(recipes)):
            return None
        return f"keep_seen is True only for {', '.join(keeping)}: choose one value for all compared recipes."

    def baseline_entries(
        self, dataset: Any, recipes: Sequence[Recipe] = (), names: Collection[str] | None = None
    ) -> Iterator[Any]:
        """Yields the baselines' lines of the leaderboard, each logged before it is fitted."""
        keep_seen = any(recipe.training.keep_seen for recipe in recipes)
        if dataset.cold_split is None:
            for name in (each for each in BASELINES if names is None or each in names):
                logger.info("baseline %s", name)
                yield from baseline_entries(
                    dataset.split, dataset.split.test, keep_seen, names=[name], on_skip=logger.info
                )
            return
        texts = item_texts(dataset.features["items"], dataset.split.vocabulary)
        for name in (each for each in COLD_BASELINES if names is None or each in names):
            logger.info("baseline %s", name)
            try:
                yield from cold_baseline_entries(dataset.cold_split, texts, keep_seen=keep_seen, names=[name])
            except InputError as error:  # there are no texts, or the extra scikit-learn is missing
                logger.info("%s is left out: %s", name, error)

    def monitored(self, dataset: Any) -> Monitored:
        """Returns NDCG@10, which also decides early stopping of networks."""
        return Monitored("ndcg@10")

    def leaderboard(self, entries: Sequence[Any], dataset: Any) -> pd.DataFrame:
        """Sorts lines by test NDCG@10, best first; on a cold-start split by that of cold items."""
        return leaderboard(entries) if dataset.cold_split is None else cold_start_leaderboard(entries)

    def sections(self, entries: Sequence[Any], dataset: Any) -> list[Section]:
        """Returns sections on where models are good or bad, and on how much of the catalogue they show."""
        return retrieval_sections(entries, dataset) if dataset.cold_split is None else cold_sections(entries, dataset)

    def examples(self, run: Any, dataset: Any, titles: Mapping[str, str]) -> list[Section]:
        """Shows users of the test part: what they did, what is recommended to them and why."""
        return example_sections(run.model(), dataset.split, titles, run.recipe.training.keep_seen)

    def card(self, run: RunFolder, data_terms: str | None = None, **facts: Any) -> ModelCard:
        """Makes the model card of a finished run."""
        return run_card(run, data_terms, **facts)


def run_entry(run: Any, split: Any, keep_seen: bool = False) -> Entry:
    """Returns a finished run's leaderboard line: its best weights on the test cases, the seconds of its epochs."""
    return Entry(run.recipe.name, evaluate(run.model(), split.test, split.vocabulary, keep_seen), run_seconds(run))
