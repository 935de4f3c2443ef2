"""Rating prediction from reviews as a task: how its models are compared with each other and the baseline."""

import logging
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any

import pandas as pd

from tfrec_dl.baselines.rating_bias import RatingBias
from tfrec_dl.evaluation.rating_sections import rating_sections
from tfrec_dl.evaluation.ratings import evaluate_ratings
from tfrec_dl.evaluation.report_blocks import Section
from tfrec_dl.families.monitored import Monitored
from tfrec_dl.families.task import Task
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.reviews.leaderboard import RatingEntry, rating_leaderboard
from tfrec_dl.reviews.source import ReviewSource
from tfrec_dl.runs.run_folder import RunFolder, run_seconds
from tfrec_dl.serving.card import ModelCard

logger = logging.getLogger(__name__)


class ReviewTask(Task):
    """Prediction of ratings from reviews."""

    name = "reviews"
    marks = {"task": "reviews"}
    sources = (ReviewSource,)
    source_example = 'tfrec_dl.reviews.ReviewSource("reviews.csv")'

    def source(self, description: Mapping[str, Any]) -> ReviewSource:
        """Returns the table of reviews that a run's configuration describes."""
        return ReviewSource(**description)

    def entries(self, run: Any, dataset: Any) -> list[RatingEntry]:
        """Returns a finished run's leaderboard entry: the errors on its test ratings, and the time of its epochs."""
        report = evaluate_ratings(run.model(), dataset.split.test)
        return [RatingEntry(run.recipe.name, report, run_seconds(run))]

    def baseline_entries(
        self, dataset: Any, recipes: Sequence[Recipe] = (), names: Collection[str] | None = None
    ) -> Iterator[RatingEntry]:
        """Yields the entry of the user and item bias baseline."""
        logger.info("baseline rating_bias")
        start, split = time.perf_counter(), dataset.split
        baseline = RatingBias.tuned(split.train.rated(), split.validation.rated())
        seconds = time.perf_counter() - start
        yield RatingEntry("rating_bias", evaluate_ratings(baseline, split.test), seconds, "baseline")

    def monitored(self, dataset: Any) -> Monitored:
        """Returns the mean squared error, which also controls early stopping."""
        return Monitored("mse", "min")

    def leaderboard(self, entries: Sequence[Any], dataset: Any) -> pd.DataFrame:
        """Sorts entries by test RMSE, lowest first."""
        return rating_leaderboard(entries)

    def sections(self, entries: Sequence[Any], dataset: Any) -> list[Section]:
        """Returns report sections on where ratings are predicted well and badly."""
        reviews = dataset.split.train
        rated = reviews.user_ids[reviews.users], reviews.item_ids[reviews.items]
        return rating_sections({each.name: (each.report, each.family) for each in entries}, *rated)

    def card(self, run: RunFolder, data_terms: str | None = None, **facts: Any) -> ModelCard:
        """Returns the model card of a finished run."""
        config = run.config()
        size = config["data_size"]
        known: dict[str, Any] = {
            "name": run.recipe.name,
            "data": f"{PurePath(run.source.path).name}: {size['reviews']:,} reviews by {size['users']:,} users of "
            f"{size['items']:,} items",
            "data_terms": data_terms,
            "data_fingerprint": config["data_fingerprint"],
            "split": "random: some reviews are for test, others for validation, the rest for training",
            "metrics": run.metrics(),
            "configuration": run.recipe.to_dict(),
            "versions": config["versions"],
            "report": run.report,
        }
        return ModelCard(**{**known, **facts})
