"""Number of weights of a recipe's model, built or not."""

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
    """Numbers that a model keeps, not bytes; without what reads features of items and users.

    Attributes:
        rows: of a table of items; fewer than indices where items share rows, 0 without a table.
        tables: in all tables of items.
        biases: of the items.
        network: all other weights.
        history_width: what the encoder reads of an item.
        vector_width: of an item vector, the bias included.
        tied: whether the encoder reads what the item vectors are made of.
        activations: that the encoder computes for each position of a history, and keeps for the gradient.
        widest: of its layers; an encoder that is not trained keeps few layers at a time.
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
        """All trained numbers."""
        return self.tables + self.biases + self.network


def model_shape(recipe: Recipe, vocabulary: Vocabulary) -> ModelShape:
    """Builds the model in a graph of its own, where variables take no memory.

    Args:
        recipe: of one network.
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
    """The shape of a built model that reads no features.

    Args:
        model: of one network.
        recipe: that it was built by.
        has_ids: whether its tables of items count.
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
    """Numbers that a layer gives for each position."""
    return int(np.prod([size for size in layer.output.shape[1:] if size is not None]))
