"""Families whose models are one network that recommends."""

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
    """A family of networks: trained in one go, alone or as a part of something larger.

    Attributes:
        model_class: of the models that are trained.
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
        """Builds a recipe's model, not compiled; see `build_model`."""

    def batches(self, config: Any) -> type[TrainingWindows] | type[TrainingHistories]:
        """What cuts histories into the batches that the models of a configuration train on."""
        return self.model_class.batches

    def fitted(
        self, config: Any, split: TrainingData, items: Catalogue | None, users: Catalogue | None
    ) -> FittedTowers:
        """What the models of a configuration learn of the data before they are trained: by default of features.

        Args:
            config: of this family.
            split: the training histories.
            items: the items' features, or None.
            users: the users' features, or None.
        """
        return learn_fitted(self.content(config), split.vocabulary, items, users)

    def check_histories(self, config: Any) -> None:
        """Raises InputError where the models of a configuration score by something else than a history."""

    @abstractmethod
    def content(self, config: Any) -> Content:
        """What reads the features of items and users in the models of a configuration."""

    @abstractmethod
    def step_size(self, recipe: Recipe, vocabulary: Vocabulary, targets: int | None) -> tuple[int, int]:
        """Item vectors that the largest training step reads, and scores that it computes.

        Args:
            recipe: of this family.
            vocabulary: the items.
            targets: training targets in all, which a step cannot have more of; None for no such bound.
        """

    def explained(self, recipe: Recipe, vocabulary: Vocabulary) -> Iterable[str]:
        """Log lines on what the data decided of the model, where a recipe leaves it open; by default none."""
        return ()

    def knows_items_by(self, recipe: Recipe) -> str:
        """What a model knows an item by: "behaviour", its id; "content", its features; "hybrid", both."""
        return "behaviour"

    def without_features(self, recipe: Recipe) -> Recipe:
        """A recipe of the same sizes whose model can be built without features of items and users."""
        return recipe

    def hidden_activations(self, recipe: Recipe) -> int:
        """Numbers a position that the network keeps beside the outputs of its layers, for the gradient."""
        return 0

    def encoder_passes(self, recipe: Recipe) -> int:
        """Times that a training step passes a batch through the encoder."""
        return 1

    def cheaper_settings(self, recipe: Recipe, vocabulary: Vocabulary) -> dict[str, Any]:
        """Settings of the model that would take less memory: setting -> value."""
        return {}

    @abstractmethod
    def check_features(self, config: Any, items: object) -> None:
        """Raises InputError where a configuration and the items' features, or None, do not go together."""

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
        """The trained model of a run, with its best weights."""
        return trained_model(run.recipe, run)

    def second_stage(self, recipe: Recipe) -> SecondStage | None:
        """A perturbation goes on from the network without it."""
        perturbation = recipe.training.perturbation
        if perturbation is not None:
            return SecondStage(f"{perturbation.name} perturbation", START)
        return super().second_stage(recipe)
