"""Several rankers for all heads, mixed by a gate of each head.

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
    """y_k = h_k(f^k(x)), f^k(x) = sum over i of g^k(x)_i f_i(x), g^k(x) = softmax(W_k x) (equations 5 to 7).

    The experts f_i are rankers of the same settings, x all vectors side by side, h_k hidden layers of each head.

    Attributes:
        experts: how many.
        units: width of each of a head's hidden layers; none lets every head read its mixture directly.
        dropout: share of each hidden layer's outputs set to zero in training.
    """

    experts: Annotated[int, SearchRange(2, 8)] = Field(default=4, ge=2)
    units: tuple[PositiveInt, ...] = (32,)
    dropout: float = Field(default=0.0, ge=0, lt=1)

    def hidden(self, fields: Fields, ranker: Ranker, heads: Sequence[str]) -> dict[str, tf.Tensor]:
        """Builds the networks.

        Args:
            fields: of the impressions.
            ranker: the settings of every expert.
            heads: their names.

        Returns:
            Head -> [R, D].
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
