"""Counts the weights of a recipe's model, without building it in memory."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from tfrec_dl.data.vocabulary import FIRST_ITEM, Vocabulary
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.build import build_model
from tfrec_dl.retrieval.towers.ids import ITEM_BIAS


@dataclass(frozen=True)
class ModelShape:
    """Sizes of a model, in numbers rather than bytes, without the parts that read features of items and users.

    Attributes:
        rows: rows of an item table; fewer than indices if items share rows, 0 without a table.
        tables: numbers in all item tables.
        biases: number of item biases.
        network: number of all other weights.
        history_width: width of what the encoder reads of an item.
        vector_width: width of an item vector, including the bias.
        tied: whether the encoder reads the same table that the item vectors are made of.
        activations: numbers that the encoder computes for each position of a history and keeps for the gradient.
        widest: width of its widest layer; an encoder outside training keeps few layers at a time.
    """

    rows: int
    tables: int
    biases: int
    network: int
    history_width: int
    vector_width: int
    tied: bool
    activations: int
    widest: int

    @property
    def weights(self) -> int:
        """Number of all trained weights."""
        return self.tables + self.biases + self.network


def model_shape(recipe: Recipe, vocabulary: Vocabulary) -> ModelShape:
    """Builds the model in a separate graph, where variables take no memory, and measures it.

    Args:
        recipe: recipe of one network.
        vocabulary: the items.
    """
    family = recipe.family
    kind, plain = family.knows_items_by(recipe), family.without_features(recipe)
    if kind == "hybrid":
        kept = vocabulary.trained_size - FIRST_ITEM
        vocabulary = Vocabulary(vocabulary.ids[:kept], vocabulary.counts[:kept])
    with tf.Graph().as_default():
        return shape_of(build_model(plain, vocabulary), plain, has_ids=kind != "content")


def shape_of(model: Any, recipe: Recipe, has_ids: bool = True) -> ModelShape:
    """Measures a built model that reads no features.

    Args:
        model: model of one network.
        recipe: recipe that it was built from.
        has_ids: whether its item tables count.
    """
    layers = [layer for layer in model.submodules if isinstance(layer, tf.keras.layers.Embedding)]
    shapes = [tuple(map(int, layer.embeddings.shape)) for layer in layers if layer.name != ITEM_BIAS]
    total = sum(int(np.prod(variable.shape)) for variable in model.trainable_variables)
    widths = [_width(layer) for layer in model.encoder.layers]
    tables = sum(rows * width for rows, width in shapes)
    biases = sum(int(layer.input_dim) for layer in layers if layer.name == ITEM_BIAS)
    return ModelShape(
        rows=max(rows for rows, _ in shapes) if has_ids else 0,
        tables=tables if has_ids else 0,
        biases=biases if has_ids else 0,
        network=total - tables - biases,
        history_width=int(model.encoder.input["embedded"].shape[-1]),
        vector_width=int(model.item_tower.output_shape[-1]),
        tied=model.history_embedding in model.item_tower.layers,
        activations=sum(widths) + recipe.family.hidden_activations(recipe),
        widest=max(widths),
    )


def _width(layer: tf.keras.layers.Layer) -> int:
    """Returns how many numbers a layer outputs for each position."""
    return int(np.prod([size for size in layer.output.shape[1:] if size is not None]))
