"""Several rankers shared by all heads, with a separate gate for each head.

Source: Ma et al., Modeling Task Relationships in Multi-task Learning with Multi-gate Mixture-of-Experts, KDD 2018.
"""

from collections.abc import Sequence
from typing import Annotated

import tensorflow as tf
from pydantic import Field, PositiveInt

from tfrec_dl.configurations import configuration
from tfrec_dl.layers.plain import StackVectors
from tfrec_dl.ranking.features.fields import Fields
from tfrec_dl.ranking.rankers.perceptron import perceptron
from tfrec_dl.ranking.rankers.ranker import Ranker
from tfrec_dl.ranking.rankers.vectors import stacked_with_history
from tfrec_dl.ranking.sharing.sharing import SHARING, Sharing
from tfrec_dl.recipes.search_space import SearchRange


@SHARING.register("mmoe")
@configuration
class MMoE(Sharing):
    """Mixes rankers shared by all heads, the experts, with a gate per head (equations 5 to 7).

    y_k = h_k(f^k(x)), f^k(x) = sum over i of g^k(x)_i f_i(x), g^k(x) = softmax(W_k x). The experts f_i are rankers with
    the same settings, x is all vectors concatenated, and h_k are hidden layers per head.

    Attributes:
        experts: number of experts.
        units: width of each of a head's hidden layers; if empty, every head reads its mixture directly.
        dropout: share of each hidden layer's outputs set to zero in training.
    """

    experts: Annotated[int, SearchRange(2, 8)] = Field(default=4, ge=2)
    units: tuple[PositiveInt, ...] = (32,)
    dropout: float = Field(default=0.0, ge=0, lt=1)

    def hidden(self, fields: Fields, ranker: Ranker, heads: Sequence[str]) -> dict[str, tf.Tensor]:
        """Builds the networks.

        Args:
            fields: fields of the impressions.
            ranker: settings of every expert.
            heads: names of the heads.

        Returns:
            Maps each head to [R, D].
        """
        joined = tf.keras.layers.Flatten()(stacked_with_history(fields))
        experts = [ranker.representation(fields) for _ in range(self.experts)]
        stacked = StackVectors()(experts)
        found = {}
        for head in heads:
            gate = tf.keras.layers.Dense(self.experts, activation="softmax", use_bias=False)(joined)
            mixture = tf.keras.layers.Dot(axes=1)([gate, stacked])
            found[head] = perceptron(mixture, self.units, self.dropout)
        return found
