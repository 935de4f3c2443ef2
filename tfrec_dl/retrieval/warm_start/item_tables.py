"""Finds the tables of a network that have one row per item."""

from __future__ import annotations

import tensorflow as tf

from tfrec_dl.errors import InputError
from tfrec_dl.retrieval.model import RetrievalModel
from tfrec_dl.retrieval.towers.ids import ITEM_BIAS


def are_of_items(model: RetrievalModel) -> list[bool]:
    """Returns which trainable variables have one row per item.

    Raises:
        InputError: if items share rows.
    """
    layers = [layer for layer in model.submodules if isinstance(layer, tf.keras.layers.Embedding)]
    if any(layer.input_dim != model.vocabulary.size for layer in layers):
        raise InputError(
            "items share rows of a table (hashing), and a warm start carries rows over by id: train the network anew."
        )
    tables = {id(weight) for layer in layers for weight in layer.trainable_weights}
    return [id(variable) in tables for variable in model.trainable_variables]


def are_biases(variable: tf.Variable) -> bool:
    """Whether the rows of an item table are biases, not vectors."""
    return ITEM_BIAS in variable.name


def vectors_of_items(model: RetrievalModel) -> list[tf.Variable]:
    """Returns the tables with one vector per item: [size, D] each."""
    variables = zip(model.trainable_variables, are_of_items(model), strict=True)
    return [variable for variable, is_of_items in variables if is_of_items and not are_biases(variable)]
