"""Base class of adversarial recommenders, in which a generator that recommends is trained against a discriminator."""

from abc import abstractmethod
from typing import NamedTuple

import tensorflow as tf
import tensorflow_recommenders as tfrs

from tfrec_dl.adversarial.settings import AdversarialTraining
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.retrieval.model import RetrievalModel
from tfrec_dl.retrieval.scorer import ModelScorer
from tfrec_dl.retrieval.tables import Tables
from tfrec_dl.runs.trainable_model import TrainableModel
from tfrec_dl.serving.module import ServingModule

GENERATOR, DISCRIMINATOR = 0, 1  # keys of the seeds of a step


class DiscriminatorStep(NamedTuple):
    """Loss and accuracy of a discriminator step.

    Attributes:
        loss: scalar.
        accuracy: scalar, mean of the shares of real and of generated examples classified correctly; 0.5 is guessing.
    """

    loss: tf.Tensor
    accuracy: tf.Tensor


class GeneratorStep(NamedTuple):
    """Loss and entropy of a generator step.

    Attributes:
        loss: scalar.
        entropy: scalar, mean entropy in nats of the softmax over the generator's scores.
    """

    loss: tf.Tensor
    entropy: tf.Tensor


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class AdversarialModel(TrainableModel, tfrs.Model):
    """Trains a recommender against a discriminator in alternating steps, each with its own optimizer.

    All methods of a recommender are delegated to the generator, so evaluation, callbacks and export accept this model
    like a `RetrievalModel`. `model.fit` reports "generator_loss", "discriminator_loss", "discriminator_accuracy" and
    "policy_entropy", means over the epoch.

    Args:
        generator: pre-trained recommender.
        settings: settings of the adversarial training.
        seed: seed of everything sampled, together with the generator's step.
    """

    def __init__(self, generator: RetrievalModel, settings: AdversarialTraining, seed: int = 0) -> None:
        super().__init__()
        self.generator = generator
        self.settings = settings
        self.seed = seed
        names = ("generator_loss", "discriminator_loss", "discriminator_accuracy", "policy_entropy")
        # The checkpoints of runs use these names.
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
        discriminator_optimizer.build(self.discriminator_variables)

    @property
    @abstractmethod
    def discriminator_variables(self) -> list[tf.Variable]:
        """Returns the variables that the discriminator's optimizer updates."""

    @abstractmethod
    def discriminator_step(self, inputs: dict[str, tf.Tensor], seed: tf.Tensor) -> DiscriminatorStep:
        """Returns the discriminator's loss on real and on generated examples.

        Args:
            inputs: a batch of the generator's training data.
            seed: [2] int32, seed of everything sampled.
        """

    @abstractmethod
    def generator_step(self, inputs: dict[str, tf.Tensor], seed: tf.Tensor) -> GeneratorStep:
        """Returns the generator's loss; arguments are those of `discriminator_step`."""

    def train_step(self, inputs: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Runs `discriminator_steps` of the discriminator, each on newly sampled examples, then one generator step."""
        step = tf.stack([tf.constant(self.seed, tf.int32), tf.cast(self.optimizer.iterations, tf.int32)])
        for number in range(self.settings.discriminator_steps):
            with tf.GradientTape() as tape:
                result = self.discriminator_step(
                    inputs, tf.random.experimental.stateless_fold_in(step, DISCRIMINATOR + number)
                )
            self._update(tape, result.loss, self.discriminator_variables, self.discriminator_optimizer)
            self.step_means["discriminator_loss"].update_state(result.loss)
            self.step_means["discriminator_accuracy"].update_state(result.accuracy)
        with tf.GradientTape() as tape:
            generated = self.generator_step(inputs, tf.random.experimental.stateless_fold_in(step, GENERATOR))
        self._update(tape, generated.loss, self.generator.trainable_variables, self.optimizer)
        self.step_means["generator_loss"].update_state(generated.loss)
        self.step_means["policy_entropy"].update_state(generated.entropy)
        return {name: mean.result() for name, mean in self.step_means.items()}

    @staticmethod
    def _update(
        tape: tf.GradientTape,
        loss: tf.Tensor,
        variables: list[tf.Variable],
        optimizer: tf.keras.optimizers.Optimizer,
    ) -> None:
        pairs = zip(tape.gradient(loss, variables), variables, strict=True)
        optimizer.apply_gradients([(gradient, variable) for gradient, variable in pairs if gradient is not None])

    @property
    def vocabulary(self) -> Vocabulary:
        """The items."""
        return self.generator.vocabulary

    @property
    def max_length(self) -> int:
        """Number of history items that a query reads."""
        return self.generator.max_length

    @property
    def encoder(self) -> tf.keras.Model:
        """The generator's encoder."""
        return self.generator.encoder

    @property
    def item_tower(self) -> tf.keras.layers.Layer:
        """The generator's item tower."""
        return self.generator.item_tower

    @property
    def history_embedding(self) -> tf.keras.layers.Layer | None:
        """The generator's history embedding."""
        return self.generator.history_embedding

    @property
    def user_tower(self) -> tf.keras.layers.Layer | None:
        """The generator's user tower."""
        return self.generator.user_tower

    def parts(self) -> dict[str, tf.keras.layers.Layer]:
        """See `RetrievalModel`."""
        return self.generator.parts()

    def tables(self) -> Tables:
        """See `RetrievalModel`."""
        return self.generator.tables()

    def scorer(self) -> ModelScorer:
        """See `RetrievalModel`."""
        return self.generator.scorer()

    def serving_module(self, k_max: int = 100, keep_seen: bool = False) -> ServingModule:
        """See `RetrievalModel`."""
        return self.generator.serving_module(k_max, keep_seen)

    def encode(self, history: tf.Tensor, embedded: tf.Tensor, user: tf.Tensor | None = None) -> tf.Tensor:
        """See `RetrievalModel`."""
        return self.generator.encode(history, embedded, user)

    def query(self, history: tf.Tensor) -> tf.Tensor:
        """See `RetrievalModel`."""
        return self.generator.query(history)

    def call(self, inputs: dict[str, tf.Tensor]) -> tf.Tensor:
        """See `RetrievalModel`."""
        return self.generator(inputs)
