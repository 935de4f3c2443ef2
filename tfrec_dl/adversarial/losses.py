"""What generator and discriminator play for: losses of a game from the discriminator's logits."""

from collections.abc import Callable
from typing import Annotated, ClassVar, Literal

import tensorflow as tf
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class _Classifier:
    """A discriminator that tells real from made by cross-entropy.

    Attributes:
        label_smoothing: what the discriminator is told a real example falls short of 1 (one-sided; Salimans et al.,
            NeurIPS 2016).
        boundary: the logit above which the discriminator takes an example for real.
    """

    boundary: ClassVar[float] = 0.0

    label_smoothing: float = Field(default=0.0, ge=0, lt=1)

    def real(self, logits: tf.Tensor) -> tf.Tensor:
        """Losses of the discriminator on real examples, in the shape of the logits."""
        return _cross_entropy(logits, 1.0 - self.label_smoothing)

    def fake(self, logits: tf.Tensor) -> tf.Tensor:
        """Losses of the discriminator on the generator's examples, in the shape of the logits."""
        return _cross_entropy(logits, 0.0)


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Minimax(_Classifier):
    """The game as it was first written (Goodfellow et al., NeurIPS 2014, equation 1), which IRGAN plays.

    The generator minimises log(1 - sigmoid(logit)), so what it earns of a sample is log(1 + exp(logit)), IRGAN's reward
    (Wang et al., SIGIR 2017, section 2.3).

    Attributes:
        label_smoothing: what the discriminator is told a real example falls short of 1 (one-sided).
    """

    name: Literal["minimax"] = "minimax"

    def generator(self, logits: tf.Tensor) -> tf.Tensor:
        """Losses of the generator on its examples, in the shape of the logits; minus the reward of a policy."""
        return -tf.nn.softplus(logits)


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class NonSaturating(_Classifier):
    """The generator maximises log sigmoid(logit) instead, which has a gradient where it loses (Goodfellow et al.).

    Attributes:
        label_smoothing: what the discriminator is told a real example falls short of 1 (one-sided).
    """

    name: Literal["non_saturating"] = "non_saturating"

    def generator(self, logits: tf.Tensor) -> tf.Tensor:
        """Losses of the generator on its examples, in the shape of the logits; minus the reward of a policy."""
        return tf.nn.softplus(-logits)


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class LeastSquares:
    """Squared distances from 1 for real and 0 for the generator's (Mao et al., ICCV 2017, equation 9).

    Attributes:
        label_smoothing: what the discriminator is told a real example falls short of 1 (one-sided).
    """

    boundary: ClassVar[float] = 0.5

    name: Literal["least_squares"] = "least_squares"
    label_smoothing: float = Field(default=0.0, ge=0, lt=1)

    def real(self, logits: tf.Tensor) -> tf.Tensor:
        """Losses of the discriminator on real examples, in the shape of the logits."""
        return 0.5 * tf.square(logits - (1.0 - self.label_smoothing))

    def fake(self, logits: tf.Tensor) -> tf.Tensor:
        """Losses of the discriminator on the generator's examples, in the shape of the logits."""
        return 0.5 * tf.square(logits)

    def generator(self, logits: tf.Tensor) -> tf.Tensor:
        """Losses of the generator on its examples, in the shape of the logits; minus the reward of a policy."""
        return 0.5 * tf.square(logits - 1.0)


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Wasserstein:
    """The difference of a critic's means, its slope held near 1 (Gulrajani et al., NeurIPS 2017, equation 3).

    Attributes:
        gradient_penalty: weight of (slope - 1) squared.
    """

    boundary: ClassVar[float] = 0.0  # a critic has no such place: shown, and not learned from

    name: Literal["wasserstein"] = "wasserstein"
    gradient_penalty: float = Field(default=10.0, gt=0)

    def real(self, logits: tf.Tensor) -> tf.Tensor:
        """Losses of the critic on real examples, in the shape of the logits."""
        return -logits

    def fake(self, logits: tf.Tensor) -> tf.Tensor:
        """Losses of the critic on the generator's examples, in the shape of the logits."""
        return logits

    def generator(self, logits: tf.Tensor) -> tf.Tensor:
        """Losses of the generator on its examples, in the shape of the logits."""
        return -logits


PolicyLoss = Annotated[Minimax | NonSaturating | LeastSquares, Field(discriminator="name")]
"""Losses of a game whose generator draws items: nothing lies between two items, so no slope can be held near 1."""

GameLoss = Annotated[Minimax | NonSaturating | LeastSquares | Wasserstein, Field(discriminator="name")]
"""Losses of a game whose generator makes vectors or pictures."""


def discriminator_loss(loss: GameLoss, real: tf.Tensor, fake: tf.Tensor) -> tf.Tensor:
    """Mean loss on real examples plus mean loss on the generator's.

    Args:
        loss: of the game.
        real: logits of real examples, any shape.
        fake: logits of the generator's examples, any shape.

    Returns:
        Scalar.
    """
    return tf.reduce_mean(loss.real(real)) + tf.reduce_mean(loss.fake(fake))


def discriminator_accuracy(loss: GameLoss, real: tf.Tensor, fake: tf.Tensor) -> tf.Tensor:
    """Mean of the shares of real and of the generator's examples that the discriminator tells: 0.5 is guessing."""
    told_real = tf.reduce_mean(tf.cast(real > loss.boundary, tf.float32))
    told_fake = tf.reduce_mean(tf.cast(fake <= loss.boundary, tf.float32))
    return (told_real + told_fake) / 2


def gradient_penalty(
    critic: Callable[[tf.Tensor], tf.Tensor], real: tf.Tensor, fake: tf.Tensor, seed: tf.Tensor
) -> tf.Tensor:
    """Mean of (slope - 1) squared between real examples and the generator's (Gulrajani et al., 2017, equation 3).

    Args:
        critic: examples [N, ...] -> logits [N] or [N, 1].
        real: [N, ...] float32.
        fake: [N, ...] float32.
        seed: [2] int32, decides the places.

    Returns:
        Scalar.
    """
    shape = tf.concat([tf.shape(real)[:1], tf.ones([tf.rank(real) - 1], tf.int32)], axis=0)
    share = tf.random.stateless_uniform(shape, seed)
    between = share * real + (1.0 - share) * fake
    with tf.GradientTape() as tape:
        tape.watch(between)
        logits = critic(between)
    gradients = tf.reshape(tape.gradient(logits, between), [tf.shape(between)[0], -1])
    slope = tf.sqrt(tf.reduce_sum(tf.square(gradients), axis=1) + 1e-12)
    return tf.reduce_mean(tf.square(slope - 1.0))


def _cross_entropy(logits: tf.Tensor, label: float) -> tf.Tensor:
    return tf.nn.sigmoid_cross_entropy_with_logits(tf.fill(tf.shape(logits), label), logits)
