"""Builds retrieval models that consist of an encoder and an item tower."""

import tensorflow as tf

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.encoders.markov_path import MarkovPath
from tfrec_dl.encoders.precision import computing_in
from tfrec_dl.encoders.sequence import sequence_encoder
from tfrec_dl.errors import InputError
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.configuration import ModelConfig
from tfrec_dl.retrieval.defaults import filled_in
from tfrec_dl.retrieval.fitted_features import FittedTowers
from tfrec_dl.retrieval.model import RetrievalModel
from tfrec_dl.retrieval.towers.content_tower import content_tower, hybrid_tower
from tfrec_dl.retrieval.towers.hashed_ids import item_table
from tfrec_dl.retrieval.towers.ids import id_tower
from tfrec_dl.retrieval.towers.user_tower import user_tower


def check_kind(config: ModelConfig, items: object) -> None:
    """Raises InputError if a network's kind does not fit the items' features, or their absence."""
    if config.kind != "behaviour" and items is None:
        raise InputError(f"kind is {config.kind!r}, which needs the items' features: give a catalogue of items.")
    if config.kind == "behaviour" and items is not None:
        raise InputError("features of items are given, but kind is 'behaviour': choose 'content' or 'hybrid'.")
    if config.kind != "behaviour" and config.markov_order:
        raise InputError(
            f"markov_order is {config.markov_order}, but works on ids: set kind to 'behaviour', or markov_order to 0."
        )
    if config.kind != "behaviour" and not config.tied:
        raise InputError(
            f"tied is False, but kind {config.kind!r} has one vector for reading and scoring: leave it out."
        )


def build_network(
    recipe: Recipe,
    vocabulary: Vocabulary,
    items: Catalogue | None,
    users: Catalogue | None,
    fitted: FittedTowers,
) -> RetrievalModel:
    """Builds a model of an encoder and an item tower, uncompiled.

    Args:
        recipe: recipe whose model is a `ModelConfig`; open settings are chosen by the vocabulary.
        vocabulary: the items, with their training counts.
        items: the items' features; None if the recipe's kind is "behaviour".
        users: the users' features, if any; allowed with every kind.
        fitted: what a run has learned of the features; whatever is None is learned here.

    Raises:
        InputError: if the recipe's kind and the items' features do not fit together, or the body reads neither history
            nor user features, or is not causal.
    """
    config = filled_in(recipe.model, vocabulary)
    check_kind(config, items)
    if not config.body.reads_history() and users is None:
        raise InputError(f"body is {config.body.name!r}, which does not read the history: give a table of users.")
    if not config.body.is_causal():
        raise InputError(
            f"body is {config.body.name!r}, whose states see the items that they must predict: choose a causal one."
        )
    embedding = None
    if items is None:
        embedding = _item_table(vocabulary.size, config, "item_embedding")
        output = embedding if config.tied else _item_table(vocabulary.size, config, "output_embedding")
        tower = id_tower(output, vocabulary.item_counts)
    elif config.kind == "content":
        tower = content_tower(config.content, items, vocabulary, config.dimension, fitted.items)
    else:
        ids = _item_table(vocabulary.trained_size, config, "item_embedding")
        tower = hybrid_tower(config.content, items, vocabulary, ids, config.id_dropout, fitted.items)
    short_path = None
    if config.markov_order:
        transitions = item_table(vocabulary.size, config.dimension, config.hashing, "zeros", "transitions")
        short_path = MarkovPath(
            vocabulary.size, config.dimension, config.markov_order, transitions=transitions, name="markov_path"
        )
    with computing_in(recipe.training.precision):
        encoder = sequence_encoder(
            config.dimension,
            config.body.states,
            config.dimension,
            config.item_dropout,
            config.embedding_dropout or 0.0,
            config.state_dropout or 0.0,
            short_path,
            config.blocks,
            name=config.body.name,
        )
    user = (
        None
        if users is None
        else user_tower(config.content, users, config.dimension, config.user_dropout, fitted.users)
    )
    assert config.loss is not None
    training = recipe.training
    return RetrievalModel(
        encoder,
        tower,
        vocabulary,
        config.loss,
        training.max_length,
        training.seed,
        embedding,
        user,
        training.perturbation,
        config.contrastive,
    )


def _item_table(size: int, config: ModelConfig, name: str) -> tf.keras.layers.Layer:
    initial = tf.keras.initializers.RandomNormal(stddev=0.05)
    return item_table(size, config.dimension, config.hashing, initial, name)
