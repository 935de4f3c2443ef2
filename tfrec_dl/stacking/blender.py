"""Blender of a stack: one weight per member, which depends on the user's history."""

import numpy as np
import tensorflow as tf

from tfrec_dl.layers.global_policy import require_float32
from tfrec_dl.stacking.members import MemberScores

# A member whose scores hardly vary (a chain without transitions from the last items) is not scaled up.
LEAST_SPREAD = 0.01


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class MemberWeights(tf.keras.layers.Layer):
    """Weights of the members' scores for a user.

    The members have different scales (counts, similarities, logits), and a member's scale differs between users. Scores
    are therefore standardized per user: divided by their standard deviation over the items trained on. This loses how
    certain a member is, so the weight of a standardized score is

        constant + slope · log length + trust · spread,

    where log length is the logarithm of the history length, standardized over the fitted cases, and spread is the
    standard deviation relative to the member's mean spread. Each member has three parameters.

    Args:
        members: number M of members.
        regularization: L2 penalty on these parameters.
    """

    def __init__(
        self, members: int, regularization: float = 0.0, name: str = "member_weights", **kwargs: object
    ) -> None:
        super().__init__(name=name, **kwargs)
        self.members = members
        self.regularization = regularization
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

    def get_config(self) -> dict:
        """Returns the arguments needed to build the layer again."""
        return {**super().get_config(), "members": self.members, "regularization": self.regularization}

    def measure(self, scores: MemberScores) -> None:
        """Measures the scales on the cases to fit on."""
        spread, log_length = np.mean(scores.spread, axis=0), np.log1p(scores.length)
        self.mean_spread.assign(np.where(spread > 0, spread, 1.0))
        self.log_length.assign([log_length.mean(), log_length.std() if np.ptp(log_length) > 0 else 1.0])

    def call(self, length: tf.Tensor, spread: tf.Tensor) -> tf.Tensor:
        """Maps history lengths [B, 1] and standard deviations [B, M] to weights of the unscaled scores, [B, M]."""
        log_length = (tf.math.log1p(length) - self.log_length[0]) / self.log_length[1]
        relative = spread / self.mean_spread
        weights = self.kernel[0] + self.kernel[1] * log_length + self.kernel[2] * relative
        return weights / (tf.maximum(relative, LEAST_SPREAD) * self.mean_spread)


def build_blender(members: int, regularization: float = 0.0) -> tf.keras.Model:
    """Builds a blender that starts as the mean of the standardized scores.

    Args:
        members: number M of members.
        regularization: L2 penalty on its parameters, in `model.losses`.

    Returns:
        Functional model, `MemberScores._asdict()` -> blended scores [B, C] float32; its weights are those of the layer
        "member_weights".
    """
    require_float32()
    scores = tf.keras.Input([None, members], name="scores")
    spread = tf.keras.Input([members], name="spread")
    length = tf.keras.Input([1], name="length")
    weights = MemberWeights(members, regularization)(length, spread)
    blended = tf.keras.layers.Dot(axes=(2, 1), name="blended")([scores, weights])
    return tf.keras.Model({"scores": scores, "spread": spread, "length": length}, blended, name="blender")
