"""Base class of families whose models are a single network that recommends."""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar

import tensorflow as tf

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.dataset import Source
from tfrec_dl.data.training.training_data import TrainingData
from tfrec_dl.data.training.training_histories import TrainingHistories
from tfrec_dl.data.training.windows import TrainingWindows
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.families.family import Family
from tfrec_dl.families.second_stage import START, SecondStage
from tfrec_dl.features.content import Content
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.configuration import TrainingConfig
from tfrec_dl.retrieval.fitted_features import FittedTowers, learn_fitted
from tfrec_dl.retrieval.model import RetrievalModel
from tfrec_dl.retrieval.network_run import trained_model
from tfrec_dl.retrieval.refit import check_refit, refit_network
from tfrec_dl.retrieval.task import RetrievalTask
from tfrec_dl.retrieval.train import train_network
from tfrec_dl.retrieval.warm_start.start import start_of
from tfrec_dl.runs.run_folder import RunFolder


class NetworkFamily(Family):
    """A family of single networks, trained in one go, alone or as a part of a larger model.

    Attributes:
        model_class: class of its models.
    """

    training = TrainingConfig
    task = RetrievalTask()
    is_network = True
    needs_table = False
    has_strategies = True
    goes_on = True
    refits = True
    model_class: ClassVar[type[RetrievalModel]]

    @abstractmethod
    def build(
        self,
        recipe: Recipe,
        vocabulary: Vocabulary,
        items: Catalogue | None,
        users: Catalogue | None,
        fitted: FittedTowers,
    ) -> RetrievalModel:
        """Builds a recipe's model, uncompiled; see `build_model`."""

    def batches(self, config: Any) -> type[TrainingWindows] | type[TrainingHistories]:
        """Returns the class that cuts histories into training batches for a configuration's models."""
        return self.model_class.batches

    def fitted(
        self, config: Any, split: TrainingData, items: Catalogue | None, users: Catalogue | None
    ) -> FittedTowers:
        """Returns what a configuration's models learn from the data before training; by default from features.

        Args:
            config: configuration of this family.
            split: split with the training histories.
            items: the items' features, or None.
            users: the users' features, or None.
        """
        return learn_fitted(self.content(config), split.vocabulary, items, users)

    def check_histories(self, config: Any) -> None:
        """Raises InputError if a configuration's models score by something other than a history."""

    @abstractmethod
    def content(self, config: Any) -> Content:
        """Returns the settings that read the features of items and users, for a configuration's models."""

    @abstractmethod
    def step_size(self, recipe: Recipe, vocabulary: Vocabulary, targets: int | None) -> tuple[int, int]:
        """Counts the item vectors that the largest training step reads, and the scores that it computes.

        Args:
            recipe: recipe of this family.
            vocabulary: the items.
            targets: total number of training targets, an upper bound for a step; None for no bound.
        """

    def explained(self, recipe: Recipe, vocabulary: Vocabulary) -> Iterable[str]:
        """Returns log lines on open settings of the model that the data decided; none by default."""
        return ()

    def knows_items_by(self, recipe: Recipe) -> str:
        """Returns how a model represents an item: "behaviour", by id; "content", by its features; "hybrid", by both."""
        return "behaviour"

    def without_features(self, recipe: Recipe) -> Recipe:
        """Returns a recipe of the same size whose model can be built without features of items and users."""
        return recipe

    def hidden_activations(self, recipe: Recipe) -> int:
        """Counts the numbers per position kept for the gradient, beyond the outputs of the network's layers."""
        return 0

    def encoder_passes(self, recipe: Recipe) -> int:
        """Returns how often a training step passes a batch through the encoder."""
        return 1

    def cheaper_settings(self, recipe: Recipe, vocabulary: Vocabulary) -> dict[str, Any]:
        """Returns settings of the model that need less memory: setting -> value."""
        return {}

    @abstractmethod
    def check_features(self, config: Any, items: object) -> None:
        """Raises InputError if a configuration does not fit the items' features, or their absence."""

    def check(self, recipe: Recipe, source: Source, strategy: tf.distribute.Strategy | None = None) -> None:
        """Refuses what cannot be trained, before anything is read."""
        super().check(recipe, source, strategy)
        self.check_features(recipe.model, source.items)
        check_refit(recipe, source)
        start_of(recipe)

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
        train = refit_network if recipe.training.refit else train_network
        train(recipe, dataset, folder, callbacks, verbose, strategy)

    def model(self, run: RunFolder) -> RetrievalModel:
        """Returns the trained model of a run, with its best weights."""
        return trained_model(run.recipe, run)

    def second_stage(self, recipe: Recipe) -> SecondStage | None:
        """Returns the perturbed training, which starts from the network trained without perturbation."""
        perturbation = recipe.training.perturbation
        if perturbation is not None:
            return SecondStage(f"{perturbation.name} perturbation", START)
        return super().second_stage(recipe)
