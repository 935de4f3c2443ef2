"""NextItNet: dilated causal residual convolutions.

Source: Yuan et al., A Simple Convolutional Generative Network for Next Item Recommendation, WSDM 2019.
"""

from typing import Annotated, ClassVar

import tensorflow as tf
from pydantic import Field, PositiveInt

from tfrec_dl.configurations import configuration
from tfrec_dl.encoders.encoder import ENCODERS, Encoder
from tfrec_dl.layers.dropout import ResumableDropout
from tfrec_dl.layers.re_zero import ReZero
from tfrec_dl.recipes.search_space import SearchRange


@ENCODERS.register("next_it_net")
@configuration
class NextItNet(Encoder):
    """A stack of residual blocks of dilated causal convolutions.

    Attributes:
        dilations: dilation of the first convolution of each block; that of the second is twice as large (figure 3b).
        kernel_size: steps that a convolution spans.
        channels: width of the convolutions and of the states.
        dropout: share of each block's output set to zero in training.
    """

    source: ClassVar[str] = "Yuan et al., WSDM 2019"
    place: ClassVar[int] = 50

    dilations: tuple[PositiveInt, ...] = Field(default=(1, 2, 4, 8), min_length=1)
    kernel_size: Annotated[int, SearchRange(2, 5)] = Field(default=3, ge=1)
    channels: Annotated[int, SearchRange(32, 128, log=True)] = Field(default=64, ge=1)
    dropout: Annotated[float, SearchRange(0.0, 0.4)] = Field(default=0.1, ge=0, lt=1)

    def states(self, embedded: tf.Tensor) -> tf.Tensor:
        """Embedded history [B, L, E] -> states [B, L, channels]."""
        states = embedded
        if embedded.shape[-1] != self.channels:
            states = tf.keras.layers.Dense(self.channels, name="widen")(embedded)
        for number, dilation in enumerate(self.dilations, start=1):
            states = self._residual_block(states, dilation, name=f"block_{number}")
        return states

    def _residual_block(self, inputs: tf.Tensor, dilation: int, name: str) -> tf.Tensor:
        """Figure 3b: two dilated causal convolutions, each with layer normalization and ReLU, added to the input.

        A trained weight that starts at 0 multiplies the block's output (ReZero), as in the authors' later StackRec
        (Wang et al., SIGIR 2021). Otherwise normalized outputs would drown out the small embeddings.
        """
        states = inputs
        for part, rate in ((1, dilation), (2, 2 * dilation)):
            states = tf.keras.layers.Conv1D(
                self.channels,
                self.kernel_size,
                padding="causal",
                dilation_rate=rate,
                name=f"{name}_convolution_{part}",
            )(states)
            states = tf.keras.layers.LayerNormalization(epsilon=1e-6, name=f"{name}_normalisation_{part}")(states)
            states = tf.keras.layers.ReLU()(states)
        if self.dropout:
            states = ResumableDropout(self.dropout)(states)
        states = ReZero(name=f"{name}_scale")(states)
        return tf.keras.layers.Add(name=f"{name}_sum")([inputs, states])
