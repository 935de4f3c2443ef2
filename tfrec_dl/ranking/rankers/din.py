"""The deep interest network: a history weighted by relevance to the candidate.

Source: Zhou et al., Deep Interest Network for Click-Through Rate Prediction, KDD 2018.
"""

from collections.abc import Sequence
from typing import Annotated, ClassVar

import tensorflow as tf
from pydantic import Field, PositiveInt

from tfrec_dl.configurations import configuration
from tfrec_dl.ranking.features.fields import Fields
from tfrec_dl.ranking.rankers.perceptron import perceptron
from tfrec_dl.ranking.rankers.ranker import RANKERS, Ranker
from tfrec_dl.recipes.search_space import SearchRange


@RANKERS.register("din")
@configuration
class DIN(Ranker):
    """Sums past items with candidate-dependent weights, and applies hidden layers to the sum and all fields.

    The user's interest is v(A) = sum over j of a(e_j, v_A) e_j (equation 3). The weights are not a softmax, so the sum
    also expresses how strong an interest is.

    Attributes:
        attention_units: width of each hidden layer of the activation unit a.
        units: width of each hidden layer.
        dropout: share of each hidden layer's outputs set to zero in training, except in the activation unit.
    """

    source: ClassVar[str] = "Zhou et al., KDD 2018"

    attention_units: tuple[PositiveInt, ...] = Field(default=(36,), min_length=1)
    units: tuple[PositiveInt, ...] = Field(default=(128, 64), min_length=1)
    dropout: Annotated[float, SearchRange(0.0, 0.5)] = Field(default=0.2, ge=0, lt=1)

    def representation(self, fields: Fields) -> tf.Tensor:
        """Maps fields to [R, units[-1]]."""
        interest = Interest(self.attention_units)([fields.history, fields.item, fields.mask])
        others = tf.keras.layers.Flatten()(fields.stacked())
        joined = tf.keras.layers.Concatenate()([interest, others])
        return perceptron(joined, self.units, self.dropout)


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class Interest(tf.keras.layers.Layer):
    """The weighted sum of the past items.

    The activation unit reads the past item, the candidate, and their product. The paper's code also uses their
    difference, which the first layer can compute itself. Hidden layers use PReLU, as in the paper's first network.

    Args:
        units: width of each hidden layer of the activation unit.
    """

    def __init__(self, units: Sequence[int], **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.units = tuple(units)
        first, *others = self.units
        self.of_past = tf.keras.layers.Dense(first)
        self.of_candidate = tf.keras.layers.Dense(first, use_bias=False)
        self.of_product = tf.keras.layers.Dense(first, use_bias=False)
        self.hidden = [tf.keras.layers.Dense(width) for width in others]
        slope = tf.keras.initializers.Constant(0.25)
        self.activations = [tf.keras.layers.PReLU(slope, shared_axes=[1]) for _ in self.units]
        self.weight = tf.keras.layers.Dense(1)

    def call(self, inputs: Sequence[tf.Tensor]) -> tf.Tensor:
        """Maps history [R, L, K], candidate [R, K] and mask [R, L] bool to [R, K]; zeros for an empty mask."""
        history, candidate, mask = inputs
        product = self.of_product(history * candidate[:, None, :])
        hidden = self.activations[0](self.of_past(history) + self.of_candidate(candidate)[:, None, :] + product)
        for layer, activation in zip(self.hidden, self.activations[1:], strict=True):
            hidden = activation(layer(hidden))
        weights = tf.where(mask[..., None], self.weight(hidden), 0.0)
        return tf.linalg.matmul(weights, history, transpose_a=True)[:, 0]

    def get_config(self) -> dict:
        """Returns the arguments needed to build the layer again."""
        return {**super().get_config(), "units": self.units}
