"""IRGAN's steps against sums over the whole of a tiny catalogue."""

import math

import numpy as np
import pytest
import tensorflow as tf

from tests.adversarial.networks import (
    HISTORIES,
    ITEMS,
    WINDOWS,
    flat,
    gradient_of,
    log_policy,
    moved,
    network,
    purchases,
    targets_of,
    values,
)
from tfrec_dl.adversarial.irgan import IRGAN
from tfrec_dl.adversarial.losses import LeastSquares, Minimax, NonSaturating
from tfrec_dl.adversarial.settings import IRGANTraining
from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.errors import InputError

SEED = tf.constant([1, 2])
LOSSES = (Minimax(label_smoothing=0.1), NonSaturating(), LeastSquares())
BATCHES = {"windows": (network, WINDOWS), "histories": (purchases, HISTORIES)}


def gan_of(make=network, generator=None, discriminator=None, **settings) -> IRGAN:
    """Networks of different weights; nothing but the policy gradient, unless the settings say so."""
    settings = {"likelihood": 0.0, "samples": 64, **settings}
    generator = make(seed=1) if generator is None else generator
    return IRGAN(generator, make(seed=2) if discriminator is None else discriminator, IRGANTraining(**settings))


def fair(model):
    """The model made to hold all items for equally likely, whatever the history."""
    model.item_tower.set_weights([np.zeros_like(weight) for weight in model.item_tower.get_weights()])
    return model


def logits_of(gan, inputs) -> tf.Tensor:
    """[Q, items]: the log of how many times as likely as by chance the discriminator holds each item for."""
    return log_policy(gan.discriminator, inputs) + math.log(ITEMS)


@pytest.mark.parametrize(("batch", "temperature"), [("windows", 0.5), ("histories", 1.0)])
def test_policy_is_the_softmax_of_the_scores_of_the_items_with_training_interactions(batch, temperature):
    make, inputs = BATCHES[batch]
    gan = gan_of(make)
    policy = gan.policy(gan.generator, inputs, SEED, False, temperature)
    vectors = gan.generator.item_vectors().numpy()[FIRST_ITEM : FIRST_ITEM + ITEMS]
    assert policy.items.numpy().tolist() == list(range(FIRST_ITEM, FIRST_ITEM + ITEMS))
    expected = np.exp(policy.examples.queries.numpy() @ vectors.T / temperature)
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(np.exp(policy.log_probabilities), expected, rtol=1e-4)
    np.testing.assert_allclose(policy.log_probabilities, log_policy(gan.generator, inputs, temperature), atol=1e-4)
    np.testing.assert_allclose(policy.entropy(), -(expected * np.log(expected)).sum(axis=1), rtol=1e-4)
    assert policy.target_counts().numpy().tolist() == [len(targets) for targets in targets_of(inputs)]


def test_items_are_drawn_as_often_as_the_policy_says():
    gan = gan_of()
    policy = gan.policy(gan.generator, WINDOWS, SEED, False, 1.0)
    drawn = policy.sample(20_000, SEED).numpy()
    shares = np.stack([np.bincount(row, minlength=ITEMS) / 20_000 for row in drawn])
    np.testing.assert_allclose(shares, np.exp(policy.log_probabilities), atol=0.012)


def exact_gradient(gan, inputs, loss) -> np.ndarray:
    with tf.GradientTape() as tape:
        value = loss()
    variables = gan.generator.trainable_variables
    return flat(tape.gradient(value, variables), variables).numpy()


@pytest.mark.parametrize(
    ("batch", "temperature", "loss"),
    [("windows", 1.0, LOSSES[0]), ("windows", 2.0, LOSSES[1]), ("histories", 1.0, LOSSES[2])],
)
def test_policy_gradient_is_that_of_the_expected_reward(batch, temperature, loss):
    """The mean over many draws against the sum over all items; a query counts as often as it has right answers."""
    make, inputs = BATCHES[batch]
    gan = gan_of(make, adversarial_loss=loss, temperature=temperature, adversarial=0.5)
    reward = -loss.generator(logits_of(gan, inputs))
    counts = tf.constant([float(len(targets)) for targets in targets_of(inputs)])

    def minus_expected_reward():
        policy = tf.exp(log_policy(gan.generator, inputs, temperature))
        return -0.5 * tf.reduce_mean(counts * tf.reduce_sum(policy * reward, axis=1))

    expected = exact_gradient(gan, inputs, minus_expected_reward)
    gradient = gradient_of(gan, lambda batch, seed: gan.generator_step(batch, seed).loss, inputs)
    drawn = np.stack([gradient(seed) for seed in range(200)])
    error = drawn.std(axis=0) / math.sqrt(len(drawn))
    assert (np.abs(drawn.mean(axis=0) - expected) < 4.5 * error + 1e-6).all()
    assert np.linalg.norm(error) < 0.2 * np.linalg.norm(expected)  # or the test would say nothing


def test_samples_that_earn_the_same_move_nothing():
    """What a sample is measured against is what the others earn."""
    gan = gan_of(discriminator=fair(network()))
    gradient = gradient_of(gan, lambda batch, seed: gan.generator_step(batch, seed).loss, WINDOWS)
    for seed in range(5):
        np.testing.assert_allclose(gradient(seed), 0.0, atol=1e-6)


def test_what_all_samples_earn_alike_does_not_make_the_gradient_noisier():
    """Far above 0 the reward is the logit, so another offset is the same for every sample."""
    gan = gan_of()
    gradient = gradient_of(gan, lambda batch, seed: gan.generator_step(batch, seed).loss, WINDOWS)
    gan.offset.assign(30.0)
    before = gradient(3)
    gan.offset.assign(60.0)
    np.testing.assert_allclose(gradient(3), before, atol=1e-4)
    assert np.abs(before).max() > 1e-2


@pytest.mark.parametrize("batch", BATCHES)
def test_entropy_is_what_the_generator_gains_by_its_weight(batch):
    """As often as the query has right answers, like the rest of what it gains."""
    make, inputs = BATCHES[batch]
    gan = gan_of(make, discriminator=fair(make()), entropy=0.7, temperature=2.0)
    counts = tf.constant([float(len(targets)) for targets in targets_of(inputs)])

    def minus_entropy():
        policy = log_policy(gan.generator, inputs, 2.0)
        return 0.7 * tf.reduce_mean(counts * tf.reduce_sum(tf.exp(policy) * policy, axis=1))

    gradient = gradient_of(gan, lambda batch, seed: gan.generator_step(batch, seed).loss, inputs)
    np.testing.assert_allclose(gradient(0), exact_gradient(gan, inputs, minus_entropy), rtol=1e-3, atol=1e-5)
    policy = log_policy(gan.generator, inputs, 2.0).numpy()
    assert float(gan.generator_step(inputs, SEED).entropy) == pytest.approx(
        -(np.exp(policy) * policy).sum(axis=1).mean()
    )


@pytest.mark.parametrize("batch", BATCHES)
def test_likelihood_holds_the_generator_by_the_loss_it_was_pre_trained_with(batch):
    make, inputs = BATCHES[batch]
    inputs = inputs | {"weight": tf.cast(inputs["history"], tf.float32)}
    gan = gan_of(make, discriminator=fair(make()), likelihood=0.3)
    gradient = gradient_of(gan, lambda batch, seed: gan.generator_step(batch, seed).loss, inputs)
    supervised = exact_gradient(gan, inputs, lambda: 0.3 * gan.generator.compute_loss(inputs))
    np.testing.assert_allclose(gradient(0), supervised, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize(("batch", "loss"), [("windows", LOSSES[0]), ("windows", LOSSES[2]), ("histories", LOSSES[1])])
def test_discriminators_loss_and_accuracy_are_those_of_a_plain_loop(batch, loss):
    """With a temperature near 0 the policy draws its best item alone."""
    make, inputs = BATCHES[batch]
    gan = gan_of(make, adversarial_loss=loss, temperature=1e-4)
    gan.offset.assign_add(0.4)
    best = log_policy(gan.generator, inputs).numpy().argmax(axis=1)
    logits = logits_of(gan, inputs).numpy() + 0.4
    total, told_real, told_fake = 0.0, [], []
    for query, targets in enumerate(targets_of(inputs)):
        fake = logits[query, best[query]]
        told_fake.append(fake <= loss.boundary)
        for target in targets:
            real = logits[query, target - FIRST_ITEM]
            total += float(loss.real(tf.constant(real))) + float(loss.fake(tf.constant(fake)))
            told_real.append(real > loss.boundary)
    result = gan.discriminator_step(inputs, SEED)
    assert float(result.loss) == pytest.approx(total / len(targets_of(inputs)), rel=1e-4)
    assert float(result.accuracy) == pytest.approx((np.mean(told_real) + np.mean(told_fake)) / 2)


def test_discriminators_loss_on_made_items_is_expected_under_the_policy():
    gan = gan_of(samples=256)
    policy, logits = np.exp(log_policy(gan.generator, WINDOWS)), logits_of(gan, WINDOWS)
    targets = [answers[0] - FIRST_ITEM for answers in targets_of(WINDOWS)]
    real = np.mean(-np.log(tf.sigmoid(logits).numpy()[np.arange(len(targets)), targets]))
    fake = np.mean((policy * np.logaddexp(0, logits)).sum(axis=1))
    step = tf.function(lambda seed: gan.discriminator_step(WINDOWS, seed).loss)
    losses = [float(step(tf.constant([3, seed]))) for seed in range(50)]
    assert np.mean(losses) == pytest.approx(real + fake, rel=0.01)


def test_regularisation_is_part_of_both_losses():
    held = [purchases(seed, regularization=0.5) for seed in (1, 2)]
    free = [purchases(seed) for seed in (1, 2)]
    for model, other in zip(held, free, strict=True):
        for variable, value in zip(model.trainable_variables, other.trainable_variables, strict=True):
            variable.assign(value)
    with_it, without = (
        IRGAN(generator, discriminator, IRGANTraining(likelihood=0.0)) for generator, discriminator in (held, free)
    )
    weights = [
        sum(0.5 * float(tf.reduce_sum(tf.square(layer.embeddings))) for layer in tables)
        for tables in ([model.history_embedding, model.item_tower.get_layer("output_embedding")] for model in free)
    ]
    added = float(with_it.generator_step(HISTORIES, SEED).loss) - float(without.generator_step(HISTORIES, SEED).loss)
    assert added == pytest.approx(weights[0], rel=1e-4)
    added = float(with_it.discriminator_step(HISTORIES, SEED).loss) - float(
        without.discriminator_step(HISTORIES, SEED).loss
    )
    assert added == pytest.approx(weights[1], rel=1e-4)


def differ(losses) -> bool:
    return float(losses()) != float(losses())


def test_each_side_has_dropout_in_its_own_step_alone():
    """The reward is read from the discriminator as it is; the same seed draws the same items."""
    discriminator_drops = gan_of(discriminator=network(2, state_dropout=0.5))
    assert not differ(lambda: discriminator_drops.generator_step(WINDOWS, SEED).loss)
    assert differ(lambda: discriminator_drops.discriminator_step(WINDOWS, SEED).loss)
    generator_drops = gan_of(generator=network(1, state_dropout=0.5))
    assert differ(lambda: generator_drops.generator_step(WINDOWS, SEED).loss)


@pytest.mark.parametrize("side", ["generator", "discriminator"])
def test_each_step_moves_the_weights_of_its_own_side_alone(side):
    gan = gan_of()
    rates = {name: 0.1 if name == side else 0.0 for name in ("generator", "discriminator")}
    gan.compile(*(tf.keras.optimizers.SGD(rates[name]) for name in ("generator", "discriminator")))
    parts = {"generator": gan.generator.trainable_variables, "discriminator": gan.discriminator_variables}
    before = {name: values(variables) for name, variables in parts.items()}
    gan.train_step(WINDOWS)
    assert {name: moved(variables, before[name]) for name, variables in parts.items()} == {
        name: name == side for name in parts
    }
    assert moved([gan.offset], [np.array(math.log(ITEMS), np.float32)]) == (side == "discriminator")


def test_an_unbiased_discriminator_prefers_no_item():
    """An item as likely as by chance has the logit 0."""
    gan = gan_of(generator=fair(network()), discriminator=fair(network()))
    assert float(gan.discriminator_step(WINDOWS, SEED).loss) == pytest.approx(2 * math.log(2), rel=1e-5)
    assert float(gan.discriminator_step(WINDOWS, SEED).accuracy) == 0.5


def test_discriminator_has_its_steps_before_each_of_the_generator():
    gan = gan_of(discriminator_steps=3)
    gan.compile(tf.keras.optimizers.SGD(0.0), tf.keras.optimizers.SGD(0.0))
    for _ in range(2):
        gan.train_step(WINDOWS)
    assert int(gan.optimizer.iterations) == 2
    assert int(gan.discriminator_optimizer.iterations) == 2 * 3


def test_fit_shows_the_means_of_an_epoch_and_draws_anew_at_each_step():
    """Nothing moves, so all that differs from step to step is what is drawn."""
    gan = gan_of(samples=4)
    gan.compile(tf.keras.optimizers.SGD(0.0), tf.keras.optimizers.SGD(0.0))
    data = tf.data.Dataset.from_tensors(WINDOWS)
    alone = [gan.fit(data, epochs=1, verbose=0).history["discriminator_loss"][0] for _ in range(6)]
    assert len(set(alone)) == 6
    gan.optimizer.iterations.assign(0)
    shown = gan.fit(data.repeat(3), epochs=2, steps_per_epoch=3, verbose=0).history
    assert shown["discriminator_loss"] == pytest.approx([np.mean(alone[:3]), np.mean(alone[3:])], rel=1e-5)
    assert set(shown) == {"generator_loss", "discriminator_loss", "discriminator_accuracy", "policy_entropy"}
    entropy = gan.policy(gan.generator, WINDOWS, SEED, False, 1.0).entropy()
    assert shown["policy_entropy"] == pytest.approx([float(tf.reduce_mean(entropy))] * 2, rel=1e-5)


def test_policy_over_some_items_is_in_the_mean_that_over_all():
    """Popular items are drawn more often, and the correction takes that back."""
    gan = gan_of(lambda seed: network(seed, items=400, untrained=3), choices=300)
    full = np.exp(log_policy(gan.generator, WINDOWS))
    policies = np.zeros((40, *full.shape))
    totals = []
    for seed in range(len(policies)):
        policy = gan.policy(gan.generator, WINDOWS, tf.constant([5, seed]), False, 1.0)
        assert policy.items.shape == [300]
        for query, row in enumerate(np.exp(policy.log_probabilities)):
            np.add.at(policies[seed, query], policy.items.numpy() - FIRST_ITEM, row)
        totals.append(policy.log_total.numpy()[:, 0])
    np.testing.assert_allclose(policies.sum(axis=2), 1.0, rtol=1e-4)
    popular = slice(0, 100)  # a quarter of the items, drawn about twice as often as the others
    np.testing.assert_allclose(policies.mean(axis=0)[:, popular].sum(axis=1), full[:, popular].sum(axis=1), rtol=0.05)
    assert np.abs(policies.mean(axis=0) - full).sum(axis=1).max() / 2 < 0.12  # total variation
    scores = tf.linalg.matmul(
        gan.policy(gan.generator, WINDOWS, SEED, False, 1.0).examples.queries,
        gan.generator.item_vectors()[FIRST_ITEM:-3],
        transpose_b=True,
    )
    np.testing.assert_allclose(np.mean(totals, axis=0), tf.reduce_logsumexp(scores, axis=1), atol=0.05)


def test_all_items_are_chosen_among_where_they_are_no_more_than_the_choices():
    gan = gan_of(choices=ITEMS)
    assert gan.policy(gan.generator, WINDOWS, SEED, False, 1.0).items.shape == [ITEMS]


def test_a_policy_over_some_items_can_be_trained():
    gan = gan_of(lambda seed: network(seed, items=40), choices=10, likelihood=1.0)
    gan.compile(tf.keras.optimizers.SGD(0.1), tf.keras.optimizers.SGD(0.1))
    before = values(gan.trainable_variables)
    figures = gan.train_step(WINDOWS)
    assert np.isfinite(list(figures.values())).all()
    assert moved(gan.trainable_variables, before)


@pytest.mark.parametrize(
    ("discriminator", "message"),
    [
        (purchases, "the generator trains on TrainingWindows, the discriminator on TrainingHistories: choose an auto"),
        (lambda: network(items=6), "generator and discriminator have different vocabularies"),
    ],
    ids=["other batches", "other items"],
)
def test_networks_that_do_not_fit_together_are_refused(discriminator, message):
    with pytest.raises(InputError, match=message) as refused:
        IRGAN(network(), discriminator(), IRGANTraining())
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("loss", [Minimax(), LeastSquares()], ids=lambda loss: loss.name)
def test_policy_moves_to_the_item_that_the_discriminator_takes_for_real(loss):
    discriminator = fair(network())
    (bias,) = (weight for weight in discriminator.item_tower.trainable_variables if weight.shape[1] == 1)
    favourite = 1
    bias.assign(tf.one_hot([FIRST_ITEM + favourite], bias.shape[0], on_value=1.2)[0][:, None])
    gan = gan_of(discriminator=discriminator, adversarial_loss=loss)
    before = np.exp(log_policy(gan.generator, WINDOWS))[:, favourite]
    gan.compile(tf.keras.optimizers.Adam(0.05), tf.keras.optimizers.SGD(0.0))
    gan.fit(tf.data.Dataset.from_tensors(WINDOWS).repeat(100), verbose=0)
    after = np.exp(log_policy(gan.generator, WINDOWS))[:, favourite]
    assert before.max() < 0.7
    assert after.min() > 0.9


def test_answers_for_the_generator_as_a_recommender():
    gan = gan_of()
    history = tf.constant([[2, 3, 0], [6, 0, 0]])
    np.testing.assert_array_equal(gan.query(history), gan.generator.query(history))
    np.testing.assert_array_equal(gan({"history": history}), gan.generator.query(history))
    np.testing.assert_array_equal(gan.tables().items, gan.generator.item_vectors())
    assert (gan.vocabulary, gan.max_length) == (gan.generator.vocabulary, gan.generator.max_length)
