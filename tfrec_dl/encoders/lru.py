"""LRURec: linear recurrent units over a history."""

from typing import Annotated, ClassVar

import tensorflow as tf
from pydantic import Field

from tfrec_dl.configurations import configuration
from tfrec_dl.encoders.encoder import ENCODERS, Encoder
from tfrec_dl.encoders.linear_recurrence import LinearRecurrence
from tfrec_dl.recipes.search_space import SearchRange


@ENCODERS.register("lru")
@configuration
class LRU(Encoder):
    """Linear recurrent unit, the network of LRURec: a complex diagonal recurrence followed by a dense layer.

    Attributes:
        units: number of complex components of the state.
        slowest: upper bound of the initial decay factors |lambda|, by which a component shrinks per step.
        fastest: lower bound of the initial decay factors.
    """

    source: ClassVar[str] = "Yue et al., WSDM 2024"
    place: ClassVar[int] = 35
    blocks: ClassVar[int] = 1

    units: Annotated[int, SearchRange(64, 256, log=True)] = Field(default=128, ge=1)
    slowest: float = Field(default=0.999, gt=0, lt=1)
    fastest: float = Field(default=0.8, gt=0, lt=1)

    def states(self, embedded: tf.Tensor) -> tf.Tensor:
        """Embedded history [B, L, E] -> states [B, L, E]."""
        states = LinearRecurrence(self.units, self.slowest, self.fastest, name="recurrence")(embedded)
        return tf.keras.layers.Dense(embedded.shape[-1], name="read_out")(states)

    def hidden_activations(self, length: int) -> int:
        """Counts the real and imaginary parts of the input and of the state."""
        return 4 * self.units
