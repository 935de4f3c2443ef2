"""Adversarial losses of generator and discriminator, computed from the discriminator's logits."""

from abc import ABC, abstractmethod
from typing import ClassVar

import tensorflow as tf
from pydantic import Field

from tfrec_dl.adversarial.gradient_penalty import Critic, gradient_penalty
from tfrec_dl.configurations import configuration
from tfrec_dl.registry import Registry


class AdversarialLoss(ABC):
    """Base class for the losses of generator and discriminator, computed from the discriminator's logits.

    Subclasses are frozen dataclasses of their settings, registered under a name.

    Attributes:
        name: name under which it is registered; set by `register`.
        boundary: logit above which the discriminator considers an example real. A critic has no such boundary; for it,
            the value affects only what is displayed, not what is learned.
        is_classifier: whether the discriminator classifies examples as real or generated; False for a critic.
    """

    name: ClassVar[str]
    boundary: ClassVar[float] = 0.0
    is_classifier: ClassVar[bool] = True

    @abstractmethod
    def real(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns losses of the discriminator on real examples, in the shape of the logits."""

    @abstractmethod
    def fake(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns losses of the discriminator on generated examples, in the shape of the logits."""

    @abstractmethod
    def generator(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns losses of the generator on its examples, in the shape of the logits; minus the reward of a policy."""

    def penalty(self, critic: Critic, real: tf.Tensor, fake: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        """Returns a term added to the loss of a discriminator step; by default 0.

        Args:
            critic: the discriminator, a function from examples [N, ...] to logits [N] or [N, 1].
            real: real examples [N, ...] float32.
            fake: generated examples in the same shape.
            seed: [2] int32, seed of everything sampled.

        Returns:
            A scalar.
        """
        return tf.constant(0.0)

    @classmethod
    def trains_policies(cls) -> bool:
        """Whether the generator may sample items; True by default, False if interpolated examples are needed."""
        return True


ADVERSARIAL_LOSSES: Registry[AdversarialLoss] = Registry("adversarial loss")
"""The adversarial losses by name."""


@configuration
class _Classifier(AdversarialLoss):
    """Cross-entropy of a discriminator that classifies examples as real or generated.

    Attributes:
        label_smoothing: 1 minus the label of a real example (one-sided; Salimans et al., NeurIPS 2016).
        boundary: logit above which the discriminator considers an example real.
    """

    boundary: ClassVar[float] = 0.0

    label_smoothing: float = Field(default=0.0, ge=0, lt=1)

    def real(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns losses of the discriminator on real examples, in the shape of the logits."""
        return _cross_entropy(logits, 1.0 - self.label_smoothing)

    def fake(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns losses of the discriminator on generated examples, in the shape of the logits."""
        return _cross_entropy(logits, 0.0)


@ADVERSARIAL_LOSSES.register("minimax")
@configuration
class Minimax(_Classifier):
    """The original GAN loss (Goodfellow et al., NeurIPS 2014, equation 1), which IRGAN uses.

    The generator minimizes log(1 - sigmoid(logit)), so the reward of a sample is log(1 + exp(logit)), as in IRGAN (Wang
    et al., SIGIR 2017, section 2.3).

    Attributes:
        label_smoothing: 1 minus the label of a real example (one-sided).
    """

    def generator(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns losses of the generator on its examples, in the shape of the logits; minus the reward of a policy."""
        return -tf.nn.softplus(logits)


@ADVERSARIAL_LOSSES.register("non_saturating")
@configuration
class NonSaturating(_Classifier):
    """The generator maximizes log sigmoid(logit) instead, which has a gradient where it is losing (Goodfellow et al.).

    Attributes:
        label_smoothing: 1 minus the label of a real example (one-sided).
    """

    def generator(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns losses of the generator on its examples, in the shape of the logits; minus the reward of a policy."""
        return tf.nn.softplus(-logits)


@ADVERSARIAL_LOSSES.register("least_squares")
@configuration
class LeastSquares(AdversarialLoss):
    """Squared distances from 1 for real and from 0 for generated examples (Mao et al., ICCV 2017, equation 9).

    Attributes:
        label_smoothing: 1 minus the label of a real example (one-sided).
    """

    boundary: ClassVar[float] = 0.5

    label_smoothing: float = Field(default=0.0, ge=0, lt=1)

    def real(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns losses of the discriminator on real examples, in the shape of the logits."""
        return 0.5 * tf.square(logits - (1.0 - self.label_smoothing))

    def fake(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns losses of the discriminator on generated examples, in the shape of the logits."""
        return 0.5 * tf.square(logits)

    def generator(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns losses of the generator on its examples, in the shape of the logits; minus the reward of a policy."""
        return 0.5 * tf.square(logits - 1.0)


@ADVERSARIAL_LOSSES.register("wasserstein")
@configuration
class Wasserstein(AdversarialLoss):
    """Difference of a critic's means, with its slope kept near 1 (Gulrajani et al., NeurIPS 2017, equation 3).

    Attributes:
        gradient_penalty: weight of (slope - 1) squared.
    """

    is_classifier: ClassVar[bool] = False

    gradient_penalty: float = Field(default=10.0, gt=0)

    def real(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns losses of the critic on real examples, in the shape of the logits."""
        return -logits

    def fake(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns losses of the critic on generated examples, in the shape of the logits."""
        return logits

    def generator(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns losses of the generator on its examples, in the shape of the logits."""
        return -logits

    def penalty(self, critic: Critic, real: tf.Tensor, fake: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        """Returns `gradient_penalty` times the mean of (slope - 1) squared."""
        return self.gradient_penalty * gradient_penalty(critic, real, fake, seed)

    @classmethod
    def trains_policies(cls) -> bool:
        """Returns False, because the slope is kept near 1 between real and generated examples."""
        return False


def no_policy(cls: type[AdversarialLoss]) -> str | None:
    """Returns why a loss cannot train a generator that samples items; None if it can."""
    if cls.trains_policies():
        return None
    return f"{cls.name!r} needs examples between two others, but there is nothing between two items"


def discriminator_loss(loss: AdversarialLoss, real: tf.Tensor, fake: tf.Tensor) -> tf.Tensor:
    """Mean loss on real examples plus mean loss on generated ones.

    Args:
        loss: adversarial loss.
        real: logits of real examples, any shape.
        fake: logits of generated examples, any shape.

    Returns:
        A scalar.
    """
    return tf.reduce_mean(loss.real(real)) + tf.reduce_mean(loss.fake(fake))


def discriminator_accuracy(loss: AdversarialLoss, real: tf.Tensor, fake: tf.Tensor) -> tf.Tensor:
    """Mean of the shares of real and of generated examples that are classified correctly; 0.5 is guessing."""
    right_real = tf.reduce_mean(tf.cast(real > loss.boundary, tf.float32))
    right_fake = tf.reduce_mean(tf.cast(fake <= loss.boundary, tf.float32))
    return (right_real + right_fake) / 2


def _cross_entropy(logits: tf.Tensor, label: float) -> tf.Tensor:
    return tf.nn.sigmoid_cross_entropy_with_logits(tf.fill(tf.shape(logits), label), logits)
