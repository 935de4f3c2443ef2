"""DCGAN for pictures: a generator of pictures, and a discriminator whose features describe them.

Source: Radford et al., Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks,
ICLR 2016.
"""

from typing import Annotated

import tensorflow as tf
from pydantic import Field, PositiveInt, model_validator
from typing_extensions import Self

from tfrec_dl.adversarial.losses import (
    ADVERSARIAL_LOSSES,
    AdversarialLoss,
    NonSaturating,
    discriminator_accuracy,
    discriminator_loss,
)
from tfrec_dl.adversarial.pictures.augmentation import augmented
from tfrec_dl.configurations import configuration
from tfrec_dl.features.discriminator import KERNEL, build_discriminator
from tfrec_dl.registered_fields import Registered
from tfrec_dl.runs.trainable_model import TrainableModel

MOMENTUM = 0.9  # momentum of the statistics used to generate after training; low, because few pictures make few steps


@configuration
class ConvGANConfig:
    """Generator and discriminator of pictures, and their losses.

    Attributes:
        size: height and width of the pictures in pixels, each a multiple of 2 to the number of filters.
        filters: number of filters of the discriminator's convolutions, each of which halves height and width; the
            generator has the same in reverse.
        latent_dimension: number of values from which the generator makes a picture.
        adversarial_loss: losses of both, computed from the discriminator's logits.
        discriminator_steps: number of discriminator steps per generator step.
        augmentation: strength of the changes to pictures before the discriminator sees them, see `augmented`.
    """

    size: tuple[PositiveInt, PositiveInt] = (48, 32)
    filters: tuple[PositiveInt, ...] = Field(default=(32, 64, 128), min_length=1)
    latent_dimension: int = Field(default=64, ge=1)
    adversarial_loss: Annotated[AdversarialLoss, Registered(ADVERSARIAL_LOSSES)] = NonSaturating()
    discriminator_steps: int = Field(default=1, ge=1)
    augmentation: float = Field(default=0.1, ge=0, lt=0.5)

    @model_validator(mode="after")
    def _halves_evenly(self) -> Self:
        if any(pixels % 2 ** len(self.filters) for pixels in self.size):
            raise ValueError(
                f"size {self.size} cannot be halved {len(self.filters)} times: choose multiples of "
                f"{2 ** len(self.filters)}, or fewer filters"
            )
        return self


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class ConvGAN(TrainableModel):
    """Generator and discriminator of pictures [B, H, W, 3] uint8, trained in alternating steps by `model.fit`.

    Reports "generator_loss", "discriminator_loss" and "discriminator_accuracy" (0.5 is guessing), means over the epoch.
    Random numbers depend only on the seed and the generator's step, so training resumed from a checkpoint of model and
    optimizers samples the same values.

    Args:
        config: networks and losses.
        seed: seed of everything sampled in training. Initial weights depend on `tf.keras.utils.set_random_seed`.
    """

    def __init__(self, config: ConvGANConfig | None = None, seed: int = 0) -> None:
        super().__init__()
        self.config = config or ConvGANConfig()
        self.seed = seed
        self.generator = picture_generator(self.config)
        self.discriminator = build_discriminator(self.config.size, self.config.filters)
        names = ("generator_loss", "discriminator_loss", "discriminator_accuracy")
        # Checkpoints use these names.
        self.step_means = {name: tf.keras.metrics.Mean(name=name) for name in names}
        self.built = True

    def compile(
        self,
        generator_optimizer: tf.keras.optimizers.Optimizer,
        discriminator_optimizer: tf.keras.optimizers.Optimizer,
        **options: object,
    ) -> None:
        """Takes the two optimizers and creates their slots; options are those of Keras."""
        super().compile(optimizer=generator_optimizer, **options)
        self.discriminator_optimizer = discriminator_optimizer
        generator_optimizer.build(self.generator.trainable_variables)
        discriminator_optimizer.build(self.discriminator.trainable_variables)

    def train_step(self, pictures: tf.Tensor) -> dict[str, tf.Tensor]:
        """Runs `discriminator_steps` of the discriminator, each on new generated pictures, then one generator step."""
        real = scaled(pictures)
        step = tf.stack([tf.constant(self.seed, tf.int32), tf.cast(self.optimizer.iterations, tf.int32)])
        for number in range(self.config.discriminator_steps):
            self._discriminator_step(real, tf.random.experimental.stateless_fold_in(step, 1 + number))
        self._generator_step(tf.shape(real)[0], tf.random.experimental.stateless_fold_in(step, 0))
        return {name: mean.result() for name, mean in self.step_means.items()}

    def call(self, pictures: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Maps pictures [N, height, width, 3] uint8 to the discriminator's logits [N, 1]."""
        return self.discriminator(scaled(pictures), training=training)

    def generate(self, count: int, seed: int = 0) -> tf.Tensor:
        """Generates pictures: [count, height, width, 3] uint8, the same for the same seed."""
        latent = tf.random.stateless_normal([count, self.config.latent_dimension], [seed, 0])
        pixels = (self.generator(latent, training=False) + 1.0) * 127.5
        return tf.cast(tf.round(pixels), tf.uint8)

    def _discriminator_step(self, real: tf.Tensor, seed: tf.Tensor) -> None:
        latent, change, place = tf.unstack(tf.random.experimental.stateless_split(seed, 3))
        fake = self._make(tf.shape(real)[0], latent)
        both = augmented(tf.concat([real, fake], axis=0), self.config.augmentation, change)
        loss_kind = self.config.adversarial_loss
        with tf.GradientTape() as tape:
            real_logits, fake_logits = tf.split(self.discriminator(both, training=True), 2)
            loss = discriminator_loss(loss_kind, real_logits, fake_logits)
            changed_real, changed_fake = tf.split(both, 2)
            loss += loss_kind.penalty(self.discriminator, changed_real, changed_fake, place)
        variables = self.discriminator.trainable_variables
        self.discriminator_optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        self.step_means["discriminator_loss"].update_state(loss)
        accuracy = discriminator_accuracy(loss_kind, real_logits, fake_logits)
        self.step_means["discriminator_accuracy"].update_state(accuracy)

    def _generator_step(self, count: tf.Tensor, seed: tf.Tensor) -> None:
        latent, change = tf.unstack(tf.random.experimental.stateless_split(seed, 2))
        with tf.GradientTape() as tape:
            fake = augmented(self._make(count, latent), self.config.augmentation, change)
            loss = tf.reduce_mean(self.config.adversarial_loss.generator(self.discriminator(fake, training=True)))
        variables = self.generator.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        self.step_means["generator_loss"].update_state(loss)

    def _make(self, count: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        return self.generator(tf.random.stateless_normal([count, self.config.latent_dimension], seed), training=True)


def scaled(pictures: tf.Tensor) -> tf.Tensor:
    """Scales pixels from 0 to 255 to float32 from -1 to 1, the range that the networks produce and read."""
    return tf.cast(pictures, tf.float32) / 127.5 - 1.0


def picture_generator(config: ConvGANConfig) -> tf.keras.Model:
    """Builds the generator: transposed convolutions with batch normalization and ReLU, and tanh at the end.

    Returns:
        Functional model, latent [N, latent_dimension] float32 -> pictures [N, height, width, 3] float32 of -1 to 1.
    """
    layers = tf.keras.layers
    inputs = tf.keras.Input([config.latent_dimension])
    height, width = (pixels // 2 ** len(config.filters) for pixels in config.size)
    first, *others = reversed(config.filters)
    values = layers.Dense(height * width * first, use_bias=False)(inputs)
    values = layers.Reshape([height, width, first])(values)
    for filters in others:
        values = layers.ReLU()(layers.BatchNormalization(momentum=MOMENTUM)(values))
        values = layers.Conv2DTranspose(filters, KERNEL, strides=2, padding="same", use_bias=False)(values)
    values = layers.ReLU()(layers.BatchNormalization(momentum=MOMENTUM)(values))
    pictures = layers.Conv2DTranspose(3, KERNEL, strides=2, padding="same", activation="tanh")(values)
    return tf.keras.Model(inputs, pictures, name="picture_generator")
