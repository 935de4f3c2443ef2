"""Builds autoencoders over purchase vectors."""

import tensorflow as tf

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.errors import InputError
from tfrec_dl.features.content import Content
from tfrec_dl.losses.full_softmax import FullSoftmax
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.autoencoder.encoder import autoencoder
from tfrec_dl.retrieval.autoencoder.item_based import ItemBasedAutoencoder
from tfrec_dl.retrieval.autoencoder.model import AutoencoderModel
from tfrec_dl.retrieval.configuration import AutoencoderConfig
from tfrec_dl.retrieval.fitted_features import FittedTowers
from tfrec_dl.retrieval.towers.ids import id_tower
from tfrec_dl.retrieval.towers.user_tower import user_tower

CONTENT = Content()  # how the features of users are read


def check_no_features(items: object) -> None:
    """Raises InputError if features of items are given, because an autoencoder does not read them."""
    if items is not None:
        raise InputError("features of items are given, but an autoencoder knows items by their ids: leave them out.")


def check_users(config: AutoencoderConfig, users: object) -> None:
    """Raises InputError if features of users are given to a network that reads an item's users."""
    if config.reads == "users" and users is not None:
        raise InputError(
            "features of users are given, but reads is 'users', who are known by their ids: leave them out."
        )


def build_autoencoder(
    recipe: Recipe,
    vocabulary: Vocabulary,
    items: Catalogue | None,
    users: Catalogue | None,
    fitted: FittedTowers,
) -> AutoencoderModel:
    """Builds the model, uncompiled.

    Args:
        recipe: recipe whose model is an `AutoencoderConfig`.
        vocabulary: the items, with their training counts.
        items: must be None.
        users: the users' features, if any.
        fitted: what a run has learned of the features; whatever is None is learned here.

    Raises:
        InputError: if features of items are given, the precision is not float32, or an item's users are to be read and
            there are none.
    """
    check_no_features(items)
    config, training = recipe.model, recipe.training
    if training.precision != "float32":
        raise InputError(
            f"precision is {training.precision!r}, but an autoencoder adds up whole histories: it must be 'float32'."
        )
    columns = fitted.columns if config.reads == "users" else None
    if config.reads == "users" and columns is None:
        raise InputError("reads is 'users', and there are no training interactions to read: train it into a run.")
    check_users(config, users)
    read = vocabulary if columns is None else columns.users
    held = tf.keras.regularizers.L2(config.regularization) if config.regularization else None

    def table(width: int, name: str) -> tf.keras.layers.Embedding:
        built = tf.keras.layers.Embedding(read.size, width, "glorot_uniform", held, name=name)
        built.build(None)
        return built

    counts = read.item_counts
    tower = id_tower(table(config.units[-1], "output_embedding"), counts, config.reconstruction.biases(counts))
    encoder = autoencoder(config.units, config.activation, config.item_dropout, config.state_dropout, held)
    user = None if users is None else user_tower(CONTENT, users, config.units[-1], config.user_dropout, fitted.users)
    parts = (encoder, tower, vocabulary, FullSoftmax(), training.max_length, training.seed)
    embedding = table(config.units[0], "history_embedding")
    settings = {"reconstruction": config.reconstruction, "perturbation": training.perturbation}
    if columns is not None:
        return ItemBasedAutoencoder(*parts, embedding, columns=columns, **settings)
    return AutoencoderModel(*parts, embedding, user, **settings)
