"""CFGAN: generates purchase vectors that a discriminator cannot tell from real ones.

Source: Chae et al., CFGAN: A Generic Collaborative Filtering Framework based on Generative Adversarial Networks, CIKM
2018.
"""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import tensorflow as tf

from tfrec_dl.adversarial.losses import discriminator_accuracy, discriminator_loss
from tfrec_dl.adversarial.model import AdversarialModel, DiscriminatorStep, GeneratorStep
from tfrec_dl.adversarial.settings import CFGANTraining
from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.retrieval.autoencoder.model import AutoencoderModel
from tfrec_dl.retrieval.examples import Examples, Lookup

NEGATIVE_SLOPE = 0.2


class Vectors(NamedTuple):
    """Purchase vectors of a batch of users, over the items with training interactions.

    Attributes:
        examples: the queries, and the items that the users interacted with.
        lookup: maps item indices to the generator's vectors.
        real: [B, items] float32, 1 for items that the user interacted with: the condition, and the generator's target.
        generated: [B, items] float32, generated vectors, as defined by the generator's reconstruction.
        log_probabilities: [B, items] float32, log of the softmax of the generator's scores.
    """

    examples: Examples
    lookup: Lookup
    real: tf.Tensor
    generated: tf.Tensor
    log_probabilities: tf.Tensor


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class CFGAN(AdversarialModel):
    """An autoencoder as generator, whose output for a user is a whole purchase vector.

    The paper's generator has a sigmoid or linear output for each item. Here, the output is the one that the autoencoder
    is pre-trained with, so that both stages produce the same vector: the softmax, scaled to the number of items that
    the user interacted with, or the scores themselves for the reconstruction "gaussian". If the autoencoder reads an
    item's users, vectors are over users. The discriminator reads the vector next to the condition, which is the user's
    real vector. It sees the vector only at the user's items (equation 6), or with partial masking also at some other
    items, sampled anew at each step. With zero reconstruction, other values are pulled toward 0 (section 4).

    Args:
        generator: pre-trained recommender.
        settings: settings of the adversarial training.
        seed: seed, as for `AdversarialModel`.
    """

    settings: CFGANTraining
    generator: AutoencoderModel

    def __init__(self, generator: AutoencoderModel, settings: CFGANTraining, seed: int = 0) -> None:
        super().__init__(generator, settings, seed)
        items = generator.given_back.trained_size - FIRST_ITEM
        self.discriminator = vector_discriminator(items, settings.discriminator_units)

    @property
    def discriminator_variables(self) -> list[tf.Variable]:
        """Returns the discriminator's weights."""
        return list(self.discriminator.trainable_variables)

    def vectors(self, inputs: dict[str, tf.Tensor], training: bool = True) -> Vectors:
        """Returns the users' real purchase vectors, and the generated ones."""
        lookup = self.generator.lookup(training)
        examples = self.generator.examples(inputs, lookup, training)
        places = tf.stack([examples.rows, examples.targets - FIRST_ITEM], axis=1)
        scores = self.generator.scores(examples, lookup)
        real = tf.minimum(tf.scatter_nd(places, tf.ones_like(examples.weights), tf.shape(scores)), 1.0)
        counts = tf.reduce_sum(real, axis=1, keepdims=True)
        generated = self.generator.reconstruction.vectors(scores, counts)
        log_probabilities = tf.nn.log_softmax(scores)
        return Vectors(examples, lookup, real, generated, log_probabilities)

    def discriminator_step(self, inputs: dict[str, tf.Tensor], seed: tf.Tensor) -> DiscriminatorStep:
        """Returns the discriminator's loss on real and on generated vectors."""
        users = self.vectors(inputs)
        generated = tf.stop_gradient(users.generated) * self.mask(users.real, seed)
        real_logits, generated_logits = self._logits(users.real, users.real), self._logits(generated, users.real)
        kind = self.settings.adversarial_loss
        loss = discriminator_loss(kind, real_logits, generated_logits)
        critic = partial(self._logits, condition=users.real)
        places = tf.random.experimental.stateless_fold_in(seed, 1)  # independent of the random numbers of the mask
        loss += kind.penalty(critic, users.real, generated, places)
        return DiscriminatorStep(loss, discriminator_accuracy(kind, real_logits, generated_logits))

    def generator_step(self, inputs: dict[str, tf.Tensor], seed: tf.Tensor) -> GeneratorStep:
        """Returns the generator's loss: adversarial loss, zero reconstruction, and loss weighted by `likelihood`."""
        users = self.vectors(inputs)
        logits = self._logits(users.generated * self.mask(users.real, seed), users.real)
        loss = self.settings.adversarial * tf.reduce_mean(self.settings.adversarial_loss.generator(logits))
        if self.settings.zero_reconstruction and self.settings.zero_reconstruction_weight:
            other = tf.random.experimental.stateless_fold_in(seed, 1)
            zeros = _some_others(users.real, self.settings.zero_reconstruction, other)
            squares = tf.reduce_sum(zeros * tf.square(users.generated), axis=1)
            loss += self.settings.zero_reconstruction_weight * tf.reduce_mean(squares)
        if self.settings.likelihood:
            loss += self.settings.likelihood * self.generator.supervised_loss(users.examples, users.lookup, seed)
        if self.generator.losses:
            loss += tf.add_n(self.generator.losses)
        entropy = -tf.reduce_sum(tf.exp(users.log_probabilities) * users.log_probabilities, axis=1)
        return GeneratorStep(loss, tf.reduce_mean(entropy))

    def mask(self, real: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        """Returns which entries of a generated vector the discriminator sees: [B, items] of 0 and 1."""
        return real + _some_others(real, self.settings.partial_masking, seed)

    def _logits(self, vectors: tf.Tensor, condition: tf.Tensor) -> tf.Tensor:
        return self.discriminator({"vector": vectors, "condition": condition})[:, 0]


def vector_discriminator(items: int, units: Sequence[int]) -> tf.keras.Model:
    """Builds the discriminator.

    Args:
        items: length of the vectors.
        units: width of each hidden layer.

    Returns:
        Functional model, {"vector": [B, items], "condition": [B, items]} -> logits [B, 1].
    """
    vector = tf.keras.Input([items], name="vector")
    condition = tf.keras.Input([items], name="condition")
    values = tf.keras.layers.Concatenate()([vector, condition])
    for number, width in enumerate(units, start=1):
        values = tf.keras.layers.Dense(width, name=f"hidden_{number}")(values)
        values = tf.keras.layers.LeakyReLU(NEGATIVE_SLOPE)(values)
    logits = tf.keras.layers.Dense(1, name="logit")(values)
    return tf.keras.Model({"vector": vector, "condition": condition}, logits, name="vector_discriminator")


def _some_others(real: tf.Tensor, share: float, seed: tf.Tensor) -> tf.Tensor:
    """Returns 1 for this share of the items a user has not interacted with, at random, otherwise 0: [B, items]."""
    chosen = tf.random.stateless_uniform(tf.shape(real), seed) < share
    return tf.cast(chosen & (real == 0), tf.float32)
