"""GRU4Rec: gated recurrent units over a history."""

from typing import ClassVar

import tensorflow as tf

from tfrec_dl.configurations import configuration
from tfrec_dl.encoders.encoder import ENCODERS
from tfrec_dl.encoders.recurrent import Recurrent


@ENCODERS.register("gru")
@configuration
class GRU(Recurrent):
    """Gated recurrent units, the network of GRU4Rec.

    Attributes:
        units: width of each layer.
        layers: number of layers.
        dropout: share of each layer's inputs set to zero in training, except the first layer's.
    """

    place: ClassVar[int] = 30
    layer: ClassVar[type[tf.keras.layers.Layer]] = tf.keras.layers.GRU
    cell: ClassVar[type[tf.keras.layers.Layer]] = tf.keras.layers.GRUCell
