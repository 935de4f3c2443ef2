"""One ranker for all heads.

Source: Caruana, Multitask Learning, Machine Learning 1997, as equation 1 of Ma et al., KDD 2018 has it.
"""

from collections.abc import Sequence

import tensorflow as tf
from pydantic import Field, PositiveInt

from tfrec_dl.configurations import configuration
from tfrec_dl.ranking.features.fields import Fields
from tfrec_dl.ranking.rankers.perceptron import perceptron
from tfrec_dl.ranking.rankers.ranker import Ranker
from tfrec_dl.ranking.sharing.sharing import SHARING, Sharing


@SHARING.register("shared_bottom")
@configuration
class SharedBottom(Sharing):
    """Shares one ranker f: y_k = h_k(f(x)), with hidden layers h_k per head. A single head reads the ranker directly.

    Attributes:
        units: width of each of a head's hidden layers; if empty, every head reads the ranker directly.
        dropout: share of each hidden layer's outputs set to zero in training.
    """

    units: tuple[PositiveInt, ...] = (32,)
    dropout: float = Field(default=0.0, ge=0, lt=1)

    def hidden(self, fields: Fields, ranker: Ranker, heads: Sequence[str]) -> dict[str, tf.Tensor]:
        """Builds the networks.

        Args:
            fields: fields of the impressions.
            ranker: settings of f.
            heads: names of the heads.

        Returns:
            Maps each head to [R, D].
        """
        shared = ranker.representation(fields)
        units = self.units if len(heads) > 1 else ()
        return {head: perceptron(shared, units, self.dropout) for head in heads}
