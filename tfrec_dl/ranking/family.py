"""The family of rankers: networks that order candidates by clicks, conversions or ratings."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import tensorflow as tf

from tfrec_dl.families.export_options import DEFAULT_EXPORT, ExportOptions
from tfrec_dl.families.family import Family
from tfrec_dl.ranking.configuration import RankingConfig, RankingTraining
from tfrec_dl.ranking.learn import recipe_filled_in
from tfrec_dl.ranking.model import RankingModel
from tfrec_dl.ranking.recipes import ranking_recipes
from tfrec_dl.ranking.refit import refit_ranker
from tfrec_dl.ranking.serving.export import export_ranking_model
from tfrec_dl.ranking.task import RankingTask
from tfrec_dl.ranking.train import train_ranker
from tfrec_dl.ranking.trained import trained_ranker
from tfrec_dl.recipes.families import FAMILIES
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.runs.run_folder import RunFolder
from tfrec_dl.serving.card import ModelCard


@FAMILIES.register("ranking")
class RankingFamily(Family):
    """A ranker over the fields of an impression, with a head for each label."""

    config = RankingConfig
    training = RankingTraining
    task = RankingTask()
    refits = True

    def recipes(self) -> Iterable[Recipe]:
        """Yields a recipe for each ranker."""
        return ranking_recipes()

    def train(
        self,
        recipe: Recipe,
        dataset: Any,
        folder: Path,
        callbacks: Sequence[tf.keras.callbacks.Callback] = (),
        verbose: str | int = "auto",
        strategy: tf.distribute.Strategy | None = None,
    ) -> None:
        """Trains a recipe into a folder."""
        train = refit_ranker if recipe.training.refit else train_ranker
        train(recipe, dataset, folder, callbacks, verbose)

    def filled_in(self, recipe: Recipe, dataset: Any) -> Recipe:
        """Fills in settings that depend on the labels and the number of impressions."""
        return recipe_filled_in(recipe, dataset)

    def model(self, run: RunFolder) -> RankingModel:
        """Returns the trained model of a run, with its best weights and calibration."""
        return trained_ranker(run)

    def export(self, run: RunFolder, dest: Path, card: ModelCard, options: ExportOptions = DEFAULT_EXPORT) -> Path:
        """Exports a finished run's model, which ranks given candidates; returns the version folder."""
        options.refuse_keep_seen(run.folder)
        options.refuse_counts(run.folder)
        options.refuse_attributes(run.folder)
        options.refuse_index(run.folder)
        model = run.model().without_users() if options.anonymous_users else run.model()
        return export_ranking_model(model, dest, card)
