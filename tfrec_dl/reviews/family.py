"""The family of models that predict ratings from reviews."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import tensorflow as tf

from tfrec_dl.families.export_options import DEFAULT_EXPORT, ExportOptions
from tfrec_dl.families.family import Family
from tfrec_dl.recipes.families import FAMILIES
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.reviews.deep_conn import DeepCoNN, build_rating_model
from tfrec_dl.reviews.fit import RatingTraining
from tfrec_dl.reviews.model import RatingModel
from tfrec_dl.reviews.serving import export_ratings
from tfrec_dl.reviews.task import ReviewTask
from tfrec_dl.reviews.train import train_reviews
from tfrec_dl.reviews.training_reviews import load_training_reviews
from tfrec_dl.runs.checkpoints import restore_best
from tfrec_dl.runs.run_folder import RunFolder
from tfrec_dl.serving.card import ModelCard


@FAMILIES.register("deep_conn")
class DeepCoNNFamily(Family):
    """Models with user and item documents, a convolutional network over words, and a factorization machine."""

    config = DeepCoNN
    training = RatingTraining
    task = ReviewTask()

    def recipes(self) -> Iterable[Recipe]:
        """Yields DeepCoNN."""
        yield Recipe("deep_conn", "Zheng et al., WSDM 2017", DeepCoNN())

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
        train_reviews(recipe, dataset, folder, callbacks, verbose)

    def model(self, run: RunFolder) -> RatingModel:
        """Returns the trained model of a run, with its best weights. Reads only the run's own files."""
        model = build_rating_model(run.recipe.model, load_training_reviews(run.folder))
        restore_best(model, run.folder)
        return model

    def outcome(self, run: RunFolder) -> list[str]:
        """Returns the difference from the baseline."""
        metrics = run.metrics()
        gain, low, high, p = (metrics[f"test_gain/rmse{end}"] for end in ("", "/low", "/high", "/p"))
        return [
            f"rmse minus that of rating_bias: {gain:+.4f} ({low:+.4f} to {high:+.4f}, p = {p:.2g}); lower is better"
        ]

    def export(self, run: RunFolder, dest: Path, card: ModelCard, options: ExportOptions = DEFAULT_EXPORT) -> Path:
        """Exports a finished run's model, which rates pairs of a user and an item; returns the version folder."""
        options.refuse_keep_seen(run.folder)
        options.refuse_counts(run.folder)
        options.refuse_attributes(run.folder)
        options.refuse_index(run.folder)
        model = run.model().without_users() if options.anonymous_users else run.model()
        return export_ratings(model, dest, card)
