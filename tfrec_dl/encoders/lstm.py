"""Long short-term memory over a history."""

from typing import ClassVar

import tensorflow as tf

from tfrec_dl.configurations import configuration
from tfrec_dl.encoders.encoder import ENCODERS
from tfrec_dl.encoders.recurrent import Recurrent


@ENCODERS.register("lstm")
@configuration
class LSTM(Recurrent):
    """Long short-term memory (LSTM).

    Attributes:
        units: width of each layer.
        layers: number of layers.
        dropout: share of each layer's inputs set to zero in training, except the first layer's.
    """

    place: ClassVar[int] = 20
    layer: ClassVar[type[tf.keras.layers.Layer]] = tf.keras.layers.LSTM
    cell: ClassVar[type[tf.keras.layers.Layer]] = tf.keras.layers.LSTMCell
