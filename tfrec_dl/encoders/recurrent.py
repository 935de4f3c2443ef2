"""Recurrent encoders: SimpleRNN, LSTM and GRU over the history.

Source: Hidasi et al., Session-based Recommendations with Recurrent Neural Networks, ICLR 2016 (GRU4Rec); Hidasi and
Karatzoglou, Recurrent Neural Networks with Top-k Gains for Session-based Recommendations, CIKM 2018.
"""

import tensorflow as tf
from pydantic import Field
from pydantic.dataclasses import dataclass


@dataclass(frozen=True)
class RecurrentConfig:
    """A stack of recurrent layers.

    Attributes:
        units: width of each layer.
        layers: number of layers.
        dropout: share of the inputs of every layer but the first set to zero in training.
    """

    units: int = Field(default=100, ge=1)
    layers: int = Field(default=1, ge=1)
    dropout: float = Field(default=0.0, ge=0, lt=1)


def _stack(layer: type, embedded: tf.Tensor, config: RecurrentConfig) -> tf.Tensor:
    states = embedded
    for index in range(config.layers):
        if index and config.dropout:
            states = tf.keras.layers.Dropout(config.dropout, rng_type="stateful")(states)
        states = layer(config.units, return_sequences=True)(states)
    return states


def simple_rnn(embedded: tf.Tensor, config: RecurrentConfig) -> tf.Tensor:
    """Elman network: embedded history [B, L, E] -> states [B, L, units]."""
    return _stack(tf.keras.layers.SimpleRNN, embedded, config)


def lstm(embedded: tf.Tensor, config: RecurrentConfig) -> tf.Tensor:
    """Long short-term memory: embedded history [B, L, E] -> states [B, L, units]."""
    return _stack(tf.keras.layers.LSTM, embedded, config)


def gru(embedded: tf.Tensor, config: RecurrentConfig) -> tf.Tensor:
    """Gated recurrent units: embedded history [B, L, E] -> states [B, L, units]."""
    return _stack(tf.keras.layers.GRU, embedded, config)
