"""No network over the history: the query is the user's own vector."""

from typing import ClassVar

import tensorflow as tf

from tfrec_dl.configurations import configuration
from tfrec_dl.encoders.encoder import ENCODERS, Encoder
from tfrec_dl.layers.plain import Zeros


@ENCODERS.register("user_only")
@configuration
class UserOnly(Encoder):
    """Reads nothing of the history, so that what is known of the user is all there is.

    With a table of users whose one feature is the id itself, a category, this is matrix factorisation, the generator
    and the discriminator of IRGAN's paper (Wang et al., SIGIR 2017, section 3.3). Set `categories.min_count` to 1 for
    that: an id is one user's own. A new user gets the popular items.
    """

    source: ClassVar[str] = "Wang et al., SIGIR 2017"
    place: ClassVar[int] = 60
    has_recipe: ClassVar[bool] = False

    def states(self, embedded: tf.Tensor) -> tf.Tensor:
        """Embedded history [B, L, E] -> zeros [B, L, E]."""
        return Zeros(name="nothing")(embedded)

    def reads_history(self) -> bool:
        """False: the user is all that is read."""
        return False
