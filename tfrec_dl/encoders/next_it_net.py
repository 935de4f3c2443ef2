"""NextItNet: dilated causal residual convolutions.

Source: Yuan et al., A Simple Convolutional Generative Network for Next Item Recommendation, WSDM 2019.
"""

import tensorflow as tf
from pydantic import Field
from pydantic.dataclasses import dataclass


@dataclass(frozen=True)
class NextItNetConfig:
    """A stack of residual blocks.

    Attributes:
        dilations: dilation of the first convolution of each block; the second one's is twice that (figure 3b).
        kernel_size: steps that a convolution joins.
        channels: width of the convolutions, and of the states.
        dropout: share of each block's output set to zero in training.
    """

    dilations: tuple[int, ...] = (1, 4, 1, 4)
    kernel_size: int = Field(default=3, ge=1)
    channels: int = Field(default=64, ge=1)
    dropout: float = Field(default=0.0, ge=0, lt=1)


def next_it_net(embedded: tf.Tensor, config: NextItNetConfig) -> tf.Tensor:
    """Embedded history [B, L, E] -> states [B, L, channels]."""
    states = embedded
    if embedded.shape[-1] != config.channels:
        states = tf.keras.layers.Dense(config.channels, name="widen")(embedded)
    for number, dilation in enumerate(config.dilations, start=1):
        states = _residual_block(states, dilation, config, name=f"block_{number}")
    return states


def _residual_block(inputs: tf.Tensor, dilation: int, config: NextItNetConfig, name: str) -> tf.Tensor:
    """Figure 3b: twice a dilated causal convolution, layer normalisation and ReLU, then the sum with the input."""
    states = inputs
    for part, rate in ((1, dilation), (2, 2 * dilation)):
        states = tf.keras.layers.Conv1D(
            config.channels, config.kernel_size, padding="causal", dilation_rate=rate, name=f"{name}_convolution_{part}"
        )(states)
        states = tf.keras.layers.LayerNormalization(epsilon=1e-6, name=f"{name}_normalisation_{part}")(states)
        states = tf.keras.layers.ReLU()(states)
    if config.dropout:
        states = tf.keras.layers.Dropout(config.dropout, rng_type="stateful")(states)
    return tf.keras.layers.Add(name=f"{name}_sum")([inputs, states])
