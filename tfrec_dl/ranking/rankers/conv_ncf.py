"""Convolutions over the outer product of user and item.

Source: He et al., Outer Product-based Neural Collaborative Filtering, IJCAI 2018 (ConvNCF).
"""

from typing import Annotated, Any, ClassVar

import tensorflow as tf
from pydantic import Field, PositiveInt

from tfrec_dl.configurations import configuration
from tfrec_dl.errors import InputError
from tfrec_dl.ranking.features.fields import Fields
from tfrec_dl.ranking.rankers.perceptron import perceptron
from tfrec_dl.ranking.rankers.ranker import RANKERS, Ranker
from tfrec_dl.ranking.rankers.vectors import history_mean
from tfrec_dl.recipes.search_space import SearchRange


@RANKERS.register("conv_ncf")
@configuration
class ConvNCF(Ranker):
    """Reduces E = p q^T [K, K] (equation 3) to 1 x 1 by 2 x 2 convolutions of stride 2 with ReLU (equation 6).

    The user p is the id's vector plus the mean of the past items, so that a new user is represented by their actions.
    The item q is the id's vector. Hidden layers combine the convolutions' result with the other fields.

    Attributes:
        filters: number of feature maps of each convolution.
        units: width of each hidden layer over the result and the other fields; unused without other fields.
        dropout: share of each hidden layer's outputs set to zero in training.
    """

    source: ClassVar[str] = "He et al., IJCAI 2018"

    filters: Annotated[int, SearchRange(16, 64, log=True)] = Field(default=32, ge=1)
    units: tuple[PositiveInt, ...] = Field(default=(64,), min_length=1)
    dropout: Annotated[float, SearchRange(0.0, 0.5)] = Field(default=0.2, ge=0, lt=1)

    def representation(self, fields: Fields) -> tf.Tensor:
        """Maps fields to [R, filters], or with features to [R, filters + units[-1]].

        Raises:
            InputError: if the vectors' width is not a power of two from 4 on, so that halving does not reach 1.
        """
        width = int(fields.item.shape[-1])
        if width < 4 or width & (width - 1):
            raise InputError(f"conv_ncf halves vectors of width {width} to 1: choose a power of two from 4 on.")
        user = tf.keras.layers.Add()([fields.user, history_mean(fields)])
        column = tf.keras.layers.Reshape((width, 1))(user)
        row = tf.keras.layers.Reshape((1, width))(fields.item)
        maps = tf.keras.layers.Reshape((width, width, 1))(tf.keras.layers.Multiply()([column, row]))
        while maps.shape[1] > 1:
            layer = tf.keras.layers.Conv2D(self.filters, 2, 2, activation="relu", kernel_initializer="he_normal")
            maps = layer(maps)
        interaction = tf.keras.layers.Flatten()(maps)
        if not fields.features:
            return interaction
        joined = tf.keras.layers.Concatenate()([interaction, *fields.features])
        return tf.keras.layers.Concatenate()([interaction, perceptron(joined, self.units, self.dropout)])

    @classmethod
    def recipe_settings(cls) -> dict[str, Any]:
        """Uses wider vectors, because convolutions need a larger map than products do."""
        return {"dimension": 32}
