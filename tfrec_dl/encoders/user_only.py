"""An encoder that ignores the history: the query is the user's own vector."""

from typing import ClassVar

import tensorflow as tf

from tfrec_dl.configurations import configuration
from tfrec_dl.encoders.encoder import ENCODERS, Encoder
from tfrec_dl.layers.plain import Zeros


@ENCODERS.register("user_only")
@configuration
class UserOnly(Encoder):
    """Ignores the history: the query is made of the user's features alone.

    With a table of users whose only feature is the id, read as a category, this is matrix factorization: the
    generator and the discriminator of IRGAN's paper (Wang et al., SIGIR 2017, section 3.3). For that, set
    `categories.min_count` to 1, because each id belongs to one user. A new user gets the popular items.
    """

    source: ClassVar[str] = "Wang et al., SIGIR 2017"
    place: ClassVar[int] = 60
    has_recipe: ClassVar[bool] = False

    def states(self, embedded: tf.Tensor) -> tf.Tensor:
        """Embedded history [B, L, E] -> zeros [B, L, E]."""
        return Zeros(name="nothing")(embedded)

    def reads_history(self) -> bool:
        """False: the encoder reads only the user."""
        return False
