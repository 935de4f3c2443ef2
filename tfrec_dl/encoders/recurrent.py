"""Base class of recurrent encoders.

Source: Hidasi et al., Session-based Recommendations with Recurrent Neural Networks, ICLR 2016 (GRU4Rec); Hidasi and
Karatzoglou, Recurrent Neural Networks with Top-k Gains for Session-based Recommendations, CIKM 2018.
"""

from typing import Annotated, ClassVar

import tensorflow as tf
from pydantic import Field

from tfrec_dl.configurations import configuration
from tfrec_dl.encoders.encoder import Encoder
from tfrec_dl.layers.dropout import ResumableDropout
from tfrec_dl.recipes.search_space import SearchRange


@configuration
class Recurrent(Encoder):
    """A stack of recurrent layers.

    Attributes:
        units: width of each layer.
        layers: number of layers.
        dropout: share of each layer's inputs set to zero in training, except the first layer's.
        layer: the fused Keras layer.
        cell: a single step of that layer.
    """

    source: ClassVar[str] = "Hidasi et al., ICLR 2016; Hidasi and Karatzoglou, CIKM 2018"
    layer: ClassVar[type[tf.keras.layers.Layer]]
    cell: ClassVar[type[tf.keras.layers.Layer]]

    units: Annotated[int, SearchRange(64, 256, log=True)] = Field(default=128, ge=1)
    layers: int = Field(default=1, ge=1)
    dropout: float = Field(default=0.0, ge=0, lt=1)

    def states(self, embedded: tf.Tensor) -> tf.Tensor:
        """Embedded history [B, L, E] -> states [B, L, units]."""
        # Workers of parameter servers cannot run the fused layers, which define functions over remote variables.
        by_cell = isinstance(tf.distribute.get_strategy(), tf.distribute.ParameterServerStrategy)
        states = embedded
        for number in range(1, self.layers + 1):
            if number > 1 and self.dropout:
                states = ResumableDropout(self.dropout)(states)
            name = f"recurrent_{number}"
            if by_cell:
                layer = tf.keras.layers.RNN(self.cell(self.units), return_sequences=True, name=name)
            else:
                layer = self.layer(self.units, return_sequences=True, name=name)
            states = layer(states)
        return states
