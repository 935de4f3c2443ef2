"""IRGAN: a policy over items, trained by policy gradient against a discriminator of items.

Source: Wang et al., IRGAN: A Minimax Game for Unifying Generative and Discriminative Information Retrieval Models,
SIGIR 2017.
"""

import math
from typing import NamedTuple

import tensorflow as tf

from tfrec_dl.adversarial.losses import discriminator_accuracy
from tfrec_dl.adversarial.model import AdversarialModel, DiscriminatorStep, GeneratorStep
from tfrec_dl.adversarial.settings import IRGANTraining
from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.errors import InputError
from tfrec_dl.losses.negative_sampling import NegativeSampler
from tfrec_dl.retrieval.examples import Examples, Lookup
from tfrec_dl.retrieval.model import RetrievalModel

CHOICES_EXPONENT = 0.5  # exponent of an item's count in sampling, if the policy chooses among only some items


class Policy(NamedTuple):
    """A retrieval model as a distribution over items, for each query.

    Attributes:
        examples: the queries and their targets.
        vectors: maps item indices to vectors.
        items: [C] int32, items among which the policy chooses.
        log_probabilities: [Q, C] float32, for each of `items`.
        log_total: [Q, 1] float32, amount by which an item's log probability is lower than its score.
        correction: [C] float32 log of the expected number of occurrences of each of `items` if they are sampled;
            otherwise 0.
    """

    examples: Examples
    vectors: Lookup
    items: tf.Tensor
    log_probabilities: tf.Tensor
    log_total: tf.Tensor
    correction: tf.Tensor

    def sample(self, samples: int, seed: tf.Tensor) -> tf.Tensor:
        """Samples columns of `items` with replacement: [Q, samples] int32."""
        sampled = tf.random.stateless_categorical(self.log_probabilities, samples, seed, dtype=tf.int32)
        # For non-finite probabilities, TensorFlow samples an index past the end; the losses stop such a training.
        return tf.minimum(sampled, tf.shape(self.items)[0] - 1)

    def of(self, columns: tf.Tensor) -> tf.Tensor:
        """Returns log probabilities of sampled items per query: columns [Q, K] int32 -> [Q, K]."""
        return tf.gather(self.log_probabilities + self.correction, columns, batch_dims=1)

    def entropy(self) -> tf.Tensor:
        """Returns the entropy over all items, [Q] nats; an estimate if the policy chooses among some of them."""
        of_items = self.log_probabilities + self.correction
        return -tf.reduce_sum(tf.exp(self.log_probabilities) * of_items, axis=1)

    def target_counts(self) -> tf.Tensor:
        """Returns the number of targets of each query: [Q] float32."""
        queries = tf.shape(self.examples.queries)[0]
        return tf.math.unsorted_segment_sum(tf.ones_like(self.examples.weights), self.examples.rows, queries)


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class IRGAN(AdversarialModel):
    """The generator recommends, p(item | history or user); the discriminator classifies real and generated items.

    Both are retrieval models over the same vocabulary, with any encoder and item tower. The discriminator's logit for
    an item is the log of its own probability of the item in multiples of chance, so that a discriminator pre-trained as
    a recommender starts unbiased; a trained offset is added. The generator's reward for a sampled item is minus its
    adversarial loss, log(1 + exp(logit)) for the minimax loss (section 2.3). The baseline is the mean reward of the
    query's other samples, an estimate of the paper's baseline that does not depend on the sample itself. A query with
    several targets, as in an autoencoder, counts once per target.

    Args:
        generator: pre-trained recommender.
        discriminator: pre-trained discriminator.
        settings: settings of the adversarial training.
        seed: seed, as for `AdversarialModel`.

    Raises:
        InputError: if the two have different vocabularies, or train on different kinds of batches.
    """

    settings: IRGANTraining

    def __init__(
        self, generator: RetrievalModel, discriminator: RetrievalModel, settings: IRGANTraining, seed: int = 0
    ) -> None:
        super().__init__(generator, settings, seed)
        if generator.batches is not discriminator.batches:
            raise InputError(
                f"the generator trains on {generator.batches.__name__}, the discriminator on "
                f"{discriminator.batches.__name__}: choose an autoencoder for both, or for none."
            )
        if list(generator.vocabulary.ids) != list(discriminator.vocabulary.ids):
            raise InputError("generator and discriminator have different vocabularies: build both with one.")
        self.discriminator = discriminator
        items = generator.vocabulary.trained_size - FIRST_ITEM
        self.offset = tf.Variable(math.log(items), name="offset")

    @property
    def discriminator_variables(self) -> list[tf.Variable]:
        """Returns the discriminator's weights and the offset."""
        return [*self.discriminator.trainable_variables, self.offset]

    def policy(
        self, model: RetrievalModel, inputs: dict[str, tf.Tensor], seed: tf.Tensor, training: bool, temperature: float
    ) -> Policy:
        """Returns a model's distribution over items for a batch's queries."""
        vectors = model.lookup(training)
        examples = model.examples(inputs, vectors, training)
        items = tf.range(FIRST_ITEM, model.vocabulary.trained_size)
        correction = tf.zeros([])
        if model.vocabulary.trained_size - FIRST_ITEM > self.settings.choices:
            # logQ correction: sampling in proportion to the corrected terms makes each item count as often as it
            # should.
            sampler = NegativeSampler(model.vocabulary.item_counts, CHOICES_EXPONENT)
            # Independent of the seed that samples from the policy, whose random numbers would otherwise be the same.
            apart = tf.random.experimental.stateless_fold_in(seed, 1)
            items = tf.cast(sampler.sample(self.settings.choices, apart), tf.int32)
            correction = sampler.log_probability(items) + math.log(self.settings.choices)
        scores = tf.linalg.matmul(examples.queries, vectors(items), transpose_b=True) / temperature - correction
        log_total = tf.reduce_logsumexp(scores, axis=1, keepdims=True)
        return Policy(examples, vectors, items, scores - log_total, log_total, correction)

    def discriminator_step(self, inputs: dict[str, tf.Tensor], seed: tf.Tensor) -> DiscriminatorStep:
        """Returns the discriminator's loss on real items and on `samples` items sampled from the policy."""
        policy = self.policy(self.generator, inputs, seed, True, self.settings.temperature)
        columns = policy.sample(self.settings.samples, seed)
        own = self.policy(self.discriminator, inputs, seed, True, 1.0)  # over the same items, from the same seed
        examples = own.examples
        answers = tf.gather(examples.queries, examples.rows) * own.vectors(examples.targets)
        real = tf.reduce_sum(answers, axis=1) - tf.gather(own.log_total[:, 0], examples.rows) + self.offset
        fake = own.of(columns) + self.offset
        loss, counts = self.settings.adversarial_loss, own.target_counts()
        generated = tf.reduce_sum(counts * tf.reduce_mean(loss.fake(fake), axis=1))
        total = (tf.reduce_sum(loss.real(real)) + generated) / tf.cast(tf.shape(fake)[0], tf.float32)
        return DiscriminatorStep(total + _regularization(self.discriminator), discriminator_accuracy(loss, real, fake))

    def generator_step(self, inputs: dict[str, tf.Tensor], seed: tf.Tensor) -> GeneratorStep:
        """Returns the generator's policy gradient loss, plus the losses weighted by `likelihood` and `entropy`."""
        policy = self.policy(self.generator, inputs, seed, True, self.settings.temperature)
        samples = self.settings.samples
        columns = policy.sample(samples, seed)
        own = self.policy(self.discriminator, inputs, seed, False, 1.0)
        reward = tf.stop_gradient(-self.settings.adversarial_loss.generator(own.of(columns) + self.offset))
        others = (tf.reduce_sum(reward, axis=1, keepdims=True) - reward) / (samples - 1)
        sampled = tf.gather(policy.log_probabilities, columns, batch_dims=1)
        gains = tf.reduce_mean((reward - others) * sampled, axis=1)
        entropy = policy.entropy()
        aims = self.settings.adversarial * gains + self.settings.entropy * entropy
        loss = -tf.reduce_mean(policy.target_counts() * aims)
        if self.settings.likelihood:
            supervised = self.generator.supervised_loss(policy.examples, policy.vectors, seed)
            loss += self.settings.likelihood * supervised
        return GeneratorStep(loss + _regularization(self.generator), tf.reduce_mean(entropy))


def _regularization(model: RetrievalModel) -> tf.Tensor:
    return tf.add_n(model.losses) if model.losses else tf.zeros([])
