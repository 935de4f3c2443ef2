"""The deep part of Wide & Deep.

Source: Cheng et al., Wide & Deep Learning for Recommender Systems, DLRS 2016.
"""

from typing import Annotated, ClassVar

import tensorflow as tf
from pydantic import Field, PositiveInt

from tfrec_dl.configurations import configuration
from tfrec_dl.ranking.features.fields import Fields
from tfrec_dl.ranking.rankers.perceptron import perceptron
from tfrec_dl.ranking.rankers.ranker import RANKERS, Ranker
from tfrec_dl.ranking.rankers.vectors import stacked_with_history
from tfrec_dl.recipes.search_space import SearchRange


@RANKERS.register("wide_and_deep")
@configuration
class WideAndDeep(Ranker):
    """Hidden layers over all vectors concatenated: a^(l+1) = relu(W^(l) a^(l) + b^(l)) (equation 2).

    Each head has its own wide part, which is added to its logit (equation 3).

    Attributes:
        units: width of each hidden layer.
        dropout: share of each layer's outputs set to zero in training.
    """

    source: ClassVar[str] = "Cheng et al., DLRS 2016"

    units: tuple[PositiveInt, ...] = Field(default=(128, 64), min_length=1)
    dropout: Annotated[float, SearchRange(0.0, 0.5)] = Field(default=0.2, ge=0, lt=1)

    def representation(self, fields: Fields) -> tf.Tensor:
        """Maps fields to [R, units[-1]]."""
        return perceptron(tf.keras.layers.Flatten()(stacked_with_history(fields)), self.units, self.dropout)
