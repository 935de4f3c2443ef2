"""A factorization machine and a deep network over the same vectors.

Sources: Guo et al., DeepFM: A Factorization-Machine based Neural Network for CTR Prediction, IJCAI 2017; He and Chua,
Neural Factorization Machines for Sparse Predictive Analytics, SIGIR 2017 (bi-interaction).
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


@RANKERS.register("deep_fm")
@configuration
class DeepFM(Ranker):
    """The componentwise product of vectors, summed over all pairs, next to hidden layers.

    A head weights the components of the sum, where DeepFM adds them (equation 2). The sum of the pairs' dot products is
    the special case of equal weights. Each head has its own first-order part.

    Attributes:
        units: width of each hidden layer.
        dropout: share of each hidden layer's outputs set to zero in training.
        pair_weight: initial size of a head's weights on the pairs. 1 corresponds to equation 2 and suits ratings; None
            makes them as small as the others, which suits few clicks.
    """

    source: ClassVar[str] = "Guo et al., IJCAI 2017"

    units: tuple[PositiveInt, ...] = Field(default=(128, 64), min_length=1)
    dropout: Annotated[float, SearchRange(0.0, 0.5)] = Field(default=0.2, ge=0, lt=1)
    pair_weight: float | None = Field(default=None, gt=0, allow_inf_nan=False)

    def representation(self, fields: Fields) -> tf.Tensor:
        """Maps fields to [R, K + units[-1]]."""
        vectors = stacked_with_history(fields)
        deep = perceptron(tf.keras.layers.Flatten()(vectors), self.units, self.dropout)
        # A head's initial weights (Glorot) have the standard deviation sqrt(2 / (inputs + 1)).
        glorot = (2 / (vectors.shape[-1] + self.units[-1] + 1)) ** 0.5
        scale = 1.0 if self.pair_weight is None else self.pair_weight / glorot
        return tf.keras.layers.Concatenate()([BiInteraction(scale)(vectors), deep])


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class BiInteraction(tf.keras.layers.Layer):
    """Sum over i < j of v_i * v_j, component by component (He and Chua, equations 3 and 4).

    Args:
        scale: factor applied to the sum.
    """

    def __init__(self, scale: float = 1.0, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.scale = scale

    def call(self, vectors: tf.Tensor) -> tf.Tensor:
        """Maps [R, F, K] to [R, K]."""
        of_sum = tf.square(tf.reduce_sum(vectors, axis=1))
        return 0.5 * self.scale * (of_sum - tf.reduce_sum(tf.square(vectors), axis=1))

    def get_config(self) -> dict:
        """Returns the arguments needed to build the layer again."""
        return {**super().get_config(), "scale": self.scale}
