"""The deep and cross network, second version.

Source: Wang et al., DCN V2: Improved Deep & Cross Network and Practical Lessons for Web-scale Learning to Rank Systems,
WWW 2021.
"""

from typing import Annotated, ClassVar

import tensorflow as tf
import tensorflow_recommenders as tfrs
from pydantic import Field, PositiveInt

from tfrec_dl.configurations import configuration
from tfrec_dl.ranking.features.fields import Fields
from tfrec_dl.ranking.rankers.perceptron import perceptron
from tfrec_dl.ranking.rankers.ranker import RANKERS, Ranker
from tfrec_dl.ranking.rankers.vectors import stacked_with_history
from tfrec_dl.recipes.search_space import SearchRange


@RANKERS.register("dcn")
@configuration
class DCN(Ranker):
    """Cross layers and hidden layers in parallel (figure 1b), both over all vectors concatenated.

    A cross layer is that of TFRS: x_(l+1) = x_0 * (W_l x_l + b_l) + x_l (equation 1). With n cross layers, the result
    contains all products of up to n + 1 components.

    Attributes:
        cross_layers: number of cross layers.
        projection: rank of W = U V (equation 2); None is full rank.
        units: width of each hidden layer.
        dropout: share of each hidden layer's outputs set to zero in training.
    """

    source: ClassVar[str] = "Wang et al., WWW 2021"

    cross_layers: Annotated[int, SearchRange(1, 4)] = Field(default=2, ge=1)
    projection: PositiveInt | None = None
    units: tuple[PositiveInt, ...] = Field(default=(128, 64), min_length=1)
    dropout: Annotated[float, SearchRange(0.0, 0.5)] = Field(default=0.2, ge=0, lt=1)

    def representation(self, fields: Fields) -> tf.Tensor:
        """Maps fields, F vectors with the history's mean, to [R, F K + units[-1]]."""
        joined = tf.keras.layers.Flatten()(stacked_with_history(fields))
        crossed = joined
        for _ in range(self.cross_layers):
            crossed = tfrs.layers.dcn.Cross(projection_dim=self.projection)(joined, crossed)
        return tf.keras.layers.Concatenate()([crossed, perceptron(joined, self.units, self.dropout)])
