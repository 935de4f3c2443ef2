"""The families of retrieval networks: encoders over histories, and autoencoders."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import tensorflow as tf

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.dataset import Dataset, Source
from tfrec_dl.data.splits.split import Split
from tfrec_dl.data.training.training_data import TrainingData
from tfrec_dl.data.training.training_histories import TrainingHistories
from tfrec_dl.data.training.windows import TrainingWindows
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.encoders.encoder import ENCODERS
from tfrec_dl.encoders.gru import GRU
from tfrec_dl.errors import InputError
from tfrec_dl.features.content import Content
from tfrec_dl.recipes.families import FAMILIES
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.autoencoder.build import CONTENT, build_autoencoder, check_no_features
from tfrec_dl.retrieval.autoencoder.columns import Columns, TrainingColumns
from tfrec_dl.retrieval.autoencoder.item_based import KNOWN_USERS
from tfrec_dl.retrieval.autoencoder.model import AutoencoderModel
from tfrec_dl.retrieval.build_network import build_network, check_kind
from tfrec_dl.retrieval.configuration import WHOLE_HISTORIES, AutoencoderConfig, ModelConfig
from tfrec_dl.retrieval.defaults import explained, filled_in
from tfrec_dl.retrieval.fitted_features import FittedTowers
from tfrec_dl.retrieval.model import RetrievalModel
from tfrec_dl.retrieval.network_family import NetworkFamily


@FAMILIES.register("retrieval")
class EncoderFamily(NetworkFamily):
    """Models with an encoder of the history and an item tower."""

    config = ModelConfig
    model_class = RetrievalModel

    def recipes(self) -> Iterable[Recipe]:
        """Returns a recipe for each encoder that has one."""
        for encoder in ENCODERS.classes():
            if encoder.has_recipe:
                yield Recipe(encoder.name, encoder.source, ModelConfig(encoder(), blocks=encoder.blocks))

    def build(
        self,
        recipe: Recipe,
        vocabulary: Vocabulary,
        items: Catalogue | None,
        users: Catalogue | None,
        fitted: FittedTowers,
    ) -> RetrievalModel:
        """Builds a recipe's model, uncompiled."""
        return build_network(recipe, vocabulary, items, users, fitted)

    def counts(self, recipe: Recipe) -> bool | None:
        """Returns the recipe's setting."""
        wanted: bool | None = recipe.model.counts
        return wanted

    def step_size(self, recipe: Recipe, vocabulary: Vocabulary, targets: int | None) -> tuple[int, int]:
        """Returns those of the histories plus those of the loss, in which every position is a query."""
        positions = recipe.training.batch_size * recipe.training.max_length
        asked = positions if targets is None else min(positions, targets)
        loss = filled_in(recipe.model, vocabulary).loss
        assert loss is not None
        items = vocabulary.trained_size
        term = recipe.model.contrastive
        compared = 0 if term is None else term.scores_computed(asked)
        read = positions * self.encoder_passes(recipe) + loss.vectors_read(asked, items)
        return read, loss.scores_computed(asked, items) + compared

    def encoder_passes(self, recipe: Recipe) -> int:
        """Counts one pass, plus those of the contrastive term."""
        term = recipe.model.contrastive
        return 1 if term is None else 1 + int(term.passes)

    def filled_in(self, recipe: Recipe, dataset: Dataset) -> Recipe:
        """Fills in the loss and the dropouts, by the items."""
        return replace(recipe, model=filled_in(recipe.model, dataset.split.vocabulary))

    def explained(self, recipe: Recipe, vocabulary: Vocabulary) -> Iterable[str]:
        """Explains the dropout, if it was left open."""
        return explained(recipe.model, vocabulary)

    def knows_items_by(self, recipe: Recipe) -> str:
        """Returns the recipe's kind."""
        return str(recipe.model.kind)

    def without_features(self, recipe: Recipe) -> Recipe:
        """Returns a recipe by ids; a body that ignores the history needs features, and has no weights to count."""
        body = recipe.model.body if recipe.model.body.reads_history() else GRU(units=1)
        return replace(recipe, model=replace(recipe.model, kind="behaviour", body=body))

    def hidden_activations(self, recipe: Recipe) -> int:
        """Counts those of the body."""
        return int(recipe.model.body.hidden_activations(recipe.training.max_length))

    def cheaper_settings(self, recipe: Recipe, vocabulary: Vocabulary) -> dict[str, Any]:
        """Returns shared rows, narrower vectors and a sampled loss."""
        config = recipe.model
        found: dict[str, Any] = {}
        if config.hashing.own_rows is None and config.kind != "content":
            found["hashing.own_rows"] = len(vocabulary.ids) // 10
        if config.dimension > 1:
            found["dimension"] = config.dimension // 2
        if filled_in(config, vocabulary).loss.reads_every_item():  # type: ignore[union-attr]
            found["loss"] = "sampled_softmax"
        return found

    def content(self, config: Any) -> Content:
        """Returns the settings that read the features of items and users."""
        content: Content = config.content
        return content

    def check_features(self, config: Any, items: object) -> None:
        """Raises InputError if a configuration does not fit the items' features, or their absence."""
        check_kind(config, items)


@FAMILIES.register("autoencoder")
class AutoencoderFamily(NetworkFamily):
    """Autoencoders over histories as sets."""

    config = AutoencoderConfig
    model_class = AutoencoderModel

    def recipes(self) -> Iterable[Recipe]:
        """Returns the recipe of Mult-DAE."""
        yield Recipe("mult_dae", "Liang et al., WWW 2018", AutoencoderConfig(), WHOLE_HISTORIES)

    def build(
        self,
        recipe: Recipe,
        vocabulary: Vocabulary,
        items: Catalogue | None,
        users: Catalogue | None,
        fitted: FittedTowers,
    ) -> RetrievalModel:
        """Builds a recipe's model, uncompiled."""
        return build_autoencoder(recipe, vocabulary, items, users, fitted)

    def counts(self, recipe: Recipe) -> bool | None:
        """Returns the recipe's setting; False if the model reads an item's users, as counts need histories."""
        if recipe.model.reads == "users":
            return False
        wanted: bool | None = recipe.model.counts
        return wanted

    def step_size(self, recipe: Recipe, vocabulary: Vocabulary, targets: int | None) -> tuple[int, int]:
        """Returns the cost of a step; a history is one query, scored against all items."""
        rows, items = recipe.training.batch_size, vocabulary.trained_size
        return rows * recipe.training.max_length + items, rows * items

    def without_features(self, recipe: Recipe) -> Recipe:
        """Returns the recipe that reads items, of similar size, in place of one that reads an item's users."""
        return replace(recipe, model=replace(recipe.model, reads="items"))

    def batches(self, config: Any) -> type[TrainingWindows] | type[TrainingHistories]:
        """Returns the class for histories, or that for columns."""
        return TrainingColumns if config.reads == "users" else TrainingHistories

    def fitted(
        self, config: Any, split: TrainingData, items: Catalogue | None, users: Catalogue | None
    ) -> FittedTowers:
        """Returns what is learned of the features, and each item's users if the model reads these."""
        fitted = super().fitted(config, split, items, users)
        if config.reads != "users":
            return fitted
        if not isinstance(split, Split):
            raise InputError("reads is 'users', and the data is a prepared folder: give the table itself.")
        return replace(fitted, columns=Columns.of(split.train, split.vocabulary.size))

    def check(self, recipe: Recipe, source: Source, strategy: tf.distribute.Strategy | None = None) -> None:
        """Refuses what cannot be trained, before anything is read."""
        self.check_columns(recipe.model, source)
        super().check(recipe, source, strategy)

    def check_columns(self, config: AutoencoderConfig, source: Source) -> None:
        """Raises InputError if a network reads an item's users, and the source does not allow it."""
        if config.reads == "users" and config.counts:
            raise InputError(f"{KNOWN_USERS}, or counts=false.")
        if config.reads == "users" and not source.in_memory:
            raise InputError("reads is 'users', and the data is a prepared folder: give the table itself.")

    def check_histories(self, config: Any) -> None:
        """Raises InputError if the model reads an item's users."""
        if config.reads == "users":
            raise InputError(f"{KNOWN_USERS} for parts of a stack and of irgan.")

    def content(self, config: Any) -> Content:
        """Returns the settings that read the features of users."""
        return CONTENT

    def check_features(self, config: Any, items: object) -> None:
        """Raises InputError if features of items are given."""
        check_no_features(items)
