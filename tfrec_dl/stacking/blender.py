"""The ranker of a stack: a weight a member, which the user's history moves."""

import numpy as np
import tensorflow as tf

from tfrec_dl.stacking.members import Opinions

# A member whose scores hardly differ (a chain that never met the last items) is not blown up to say something.
LEAST_SPREAD = 0.01


class MemberWeights(tf.keras.layers.Layer):
    """How much each member's scores count for a user.

    The members' scales differ (counts, similarities, logits), and one member's differ between users. So scores are
    standardised per user: divided by their standard deviation over the items trained on. That throws away how sure a
    member is, so the weight of a standardised score is

        constant + slope · log length + trust · spread,

    where log length is that of the history, standardised over the fitted cases, and spread is the standard deviation
    relative to the member's mean one: three numbers a member.

    Args:
        members: number M of members.
        regularization: of the squared numbers.
    """

    def __init__(self, members: int, regularization: float = 0.0, name: str = "member_weights") -> None:
        super().__init__(name=name)
        self.kernel = self.add_weight(
            name="kernel",
            shape=[3, members],
            initializer=tf.keras.initializers.Constant(np.outer([1.0, 0.0, 0.0], np.full(members, 1.0 / members))),
            regularizer=tf.keras.regularizers.L2(regularization),
        )
        self.mean_spread = self.add_weight(name="mean_spread", shape=[members], initializer="ones", trainable=False)
        self.log_length = self.add_weight(  # mean and standard deviation
            name="log_length", shape=[2], initializer=tf.keras.initializers.Constant([0.0, 1.0]), trainable=False
        )

    def measure(self, opinions: Opinions) -> None:
        """Takes the scales from the cases to fit on."""
        spread, log_length = np.mean(opinions.spread, axis=0), np.log1p(opinions.length)
        self.mean_spread.assign(np.where(spread > 0, spread, 1.0))
        self.log_length.assign([log_length.mean(), log_length.std() if np.ptp(log_length) > 0 else 1.0])

    def call(self, length: tf.Tensor, spread: tf.Tensor) -> tf.Tensor:
        """History lengths [B, 1] and standard deviations [B, M] -> weights of the scores as they are, [B, M]."""
        log_length = (tf.math.log1p(length) - self.log_length[0]) / self.log_length[1]
        relative = spread / self.mean_spread
        weights = self.kernel[0] + self.kernel[1] * log_length + self.kernel[2] * relative
        return weights / (tf.maximum(relative, LEAST_SPREAD) * self.mean_spread)


def build_ranker(members: int, regularization: float = 0.0) -> tf.keras.Model:
    """A ranker that starts as the mean of the standardised scores.

    Args:
        members: number M of members.
        regularization: of its squared numbers, in `model.losses`.

    Returns:
        Functional model, `Opinions._asdict()` -> blended scores [B, C] float32; its weights are those of the layer
        "member_weights".
    """
    scores = tf.keras.Input([None, members], name="scores")
    spread = tf.keras.Input([members], name="spread")
    length = tf.keras.Input([1], name="length")
    weights = MemberWeights(members, regularization)(length, spread)
    blended = tf.keras.layers.Dot(axes=(2, 1), name="blended")([scores, weights])
    return tf.keras.Model({"scores": scores, "spread": spread, "length": length}, blended, name="ranker")
