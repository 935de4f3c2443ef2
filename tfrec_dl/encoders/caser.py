"""Caser: convolutions over all windows of a history, computed in one pass.

Source: Tang and Wang, Personalized Top-N Sequential Recommendation via Convolutional Sequence Embedding, WSDM 2018.
"""

from typing import Annotated, ClassVar

import tensorflow as tf
from pydantic import Field

from tfrec_dl.configurations import configuration
from tfrec_dl.encoders.encoder import ENCODERS, Encoder
from tfrec_dl.layers.causal_mean import CausalMean
from tfrec_dl.layers.dropout import ResumableDropout
from tfrec_dl.recipes.search_space import SearchRange


@ENCODERS.register("caser")
@configuration
class Caser(Encoder):
    """Convolutional filters over the last items of the history, as in Caser.

    The filters and the window default to the paper's values for MovieLens (section 4.1). The paper looks up a user
    vector (equation 8), which a new user does not have. Here the user vector is the mean of the items so far.

    Attributes:
        window: items that a state sees (the paper's L).
        horizontal_filters: filters of each height from 1 to `window`.
        vertical_filters: filters that span the whole window.
        units: width of the fully connected layer.
        dropout: share of the convolutions' outputs set to zero in training, before the fully connected layer.
    """

    source: ClassVar[str] = "Tang and Wang, WSDM 2018"
    place: ClassVar[int] = 40

    window: Annotated[int, SearchRange(3, 9)] = Field(default=5, ge=1)
    horizontal_filters: Annotated[int, SearchRange(8, 32, log=True)] = Field(default=16, ge=1)
    vertical_filters: int = Field(default=4, ge=1)
    units: Annotated[int, SearchRange(64, 256, log=True)] = Field(default=128, ge=1)
    dropout: Annotated[float, SearchRange(0.0, 0.5)] = Field(default=0.2, ge=0, lt=1)

    def states(self, embedded: tf.Tensor) -> tf.Tensor:
        """Embedded history [B, L, E] -> states [B, L, units + E]: the paper's z for the last `window` items, the user.

        Positions before the start of a history are zero vectors. A horizontal filter of height h is a valid convolution
        over the left-padded history; its max over the window is a sliding maximum over `window - h + 1` steps. A
        vertical filter is an image filter of `window` x 1, the same for each of the E components.
        """
        width = embedded.shape[-1]
        padded = tf.keras.layers.ZeroPadding1D((self.window - 1, 0))(embedded)
        features = []
        for height in range(1, self.window + 1):
            convolved = tf.keras.layers.Conv1D(
                self.horizontal_filters, height, activation="relu", name=f"horizontal_{height}"
            )(padded)
            features.append(tf.keras.layers.MaxPooling1D(self.window - height + 1, strides=1)(convolved))
        as_image = tf.keras.layers.Reshape((-1, width, 1))(padded)
        vertical = tf.keras.layers.Conv2D(self.vertical_filters, (self.window, 1), use_bias=False, name="vertical")(
            as_image
        )
        features.append(tf.keras.layers.Reshape((-1, width * self.vertical_filters))(vertical))
        joined = tf.keras.layers.Concatenate()(features)
        if self.dropout:
            joined = ResumableDropout(self.dropout)(joined)
        sequential = tf.keras.layers.Dense(self.units, activation="relu", name="fully_connected")(joined)
        user = CausalMean(name="user", dtype="float32")(embedded)  # it sums over the whole history
        return tf.keras.layers.Concatenate(name="with_user")([sequential, user])
