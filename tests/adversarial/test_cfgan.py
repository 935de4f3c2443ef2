"""CFGAN's vectors and losses against a plain loop over users and items."""

import math

import numpy as np
import pytest
import tensorflow as tf

from tests.adversarial.networks import HISTORIES, ITEMS, log_policy, moved, purchases, targets_of, values
from tfrec_dl.adversarial.cfgan import CFGAN
from tfrec_dl.adversarial.losses import LeastSquares, Minimax, NonSaturating, Wasserstein
from tfrec_dl.adversarial.settings import CFGANTraining
from tfrec_dl.data.vocabulary import FIRST_ITEM

SEED = tf.constant([1, 2])
LOSSES = (Minimax(label_smoothing=0.1), NonSaturating(), LeastSquares())
NOTHING = {"zero_reconstruction": 0.0, "partial_masking": 0.0, "likelihood": 0.0, "adversarial": 1.0}
MANY = {"history": tf.constant([[2, 5, 9, 4], [7, 8, 0, 0]] * 50)}


def gan_of(generator=None, **settings) -> CFGAN:
    """Nothing but the adversarial loss on the users' items, unless the settings say so."""
    generator = purchases(seed=1) if generator is None else generator
    gan = CFGAN(generator, CFGANTraining(**{**NOTHING, "discriminator_units": (4, 3), **settings}))
    drawn = np.random.default_rng(5)
    for variable in gan.discriminator_variables:
        variable.assign(drawn.normal(scale=0.5, size=variable.shape).astype(np.float32))
    return gan


def bought(inputs=HISTORIES, items=ITEMS) -> np.ndarray:
    """[B, items] of 0 and 1."""
    return np.array([[float(item + FIRST_ITEM in targets) for item in range(items)] for targets in targets_of(inputs)])


def generated_by(gan, inputs=HISTORIES, items=ITEMS) -> np.ndarray:
    """The softmax of the scores, times the items met."""
    return np.exp(log_policy(gan.generator, inputs)) * bought(inputs, items).sum(axis=1, keepdims=True)


def logit_of(gan, vector, condition) -> float:
    """The discriminator's network by hand, a leaky ReLU of slope 0.2 after each hidden layer."""
    values = np.concatenate([vector, condition])
    *hidden, last = zip(*[iter(weight.numpy() for weight in gan.discriminator_variables)] * 2, strict=True)
    for kernel, bias in hidden:
        values = values @ kernel + bias
        values = np.where(values > 0, values, 0.2 * values)
    return float((values @ last[0] + last[1])[0])


def test_real_vector_says_what_was_met_and_the_made_one_sums_to_as_many():
    gan = gan_of()
    vectors = gan.vectors(HISTORIES, training=False)
    assert vectors.real.numpy().tolist() == [[1, 1, 0, 0, 0], [1, 0, 1, 1, 1]]
    np.testing.assert_allclose(vectors.generated, generated_by(gan), rtol=1e-4)
    np.testing.assert_allclose(tf.reduce_sum(vectors.generated, axis=1), [2, 4], rtol=1e-5)
    np.testing.assert_allclose(vectors.log_probabilities, log_policy(gan.generator, HISTORIES), atol=1e-4)


def test_item_met_twice_is_one_item_of_the_vector():
    vectors = gan_of().vectors({"history": tf.constant([[3, 3, 5, 3]])})
    assert vectors.real.numpy().tolist() == [[0, 1, 0, 1, 0]]
    assert float(tf.reduce_sum(vectors.generated)) == pytest.approx(2.0)


def test_items_without_training_interactions_are_no_part_of_any_vector():
    """Whatever their weights, they change nothing."""
    gan = gan_of(partial_masking=1.0, zero_reconstruction=1.0, likelihood=1.0)
    losses = [float(gan.generator_step(HISTORIES, SEED).loss), float(gan.discriminator_step(HISTORIES, SEED).loss)]
    assert gan.vectors(HISTORIES).generated.shape == [2, ITEMS]
    for variable in gan.generator.item_tower.trainable_variables:
        variable.scatter_update(
            tf.IndexedSlices(tf.fill([2, variable.shape[1]], 9.0), FIRST_ITEM + ITEMS + tf.range(2))
        )
    assert [
        float(gan.generator_step(HISTORIES, SEED).loss),
        float(gan.discriminator_step(HISTORIES, SEED).loss),
    ] == losses


def test_without_partial_masking_the_discriminator_sees_the_items_met_alone():
    np.testing.assert_array_equal(gan_of().mask(tf.constant(bought(), tf.float32), SEED), bought())


def test_with_partial_masking_it_sees_that_share_of_the_others_too_drawn_anew():
    gan = gan_of(purchases(items=30), partial_masking=0.3)
    real = bought(MANY, 30)
    first, second = (gan.mask(tf.constant(real, tf.float32), seed).numpy() for seed in (SEED, SEED + 1))
    assert set(np.unique(first)) == {0.0, 1.0}
    assert (first[real == 1] == 1).all()
    assert first[real == 0].mean() == pytest.approx(0.3, abs=0.03)
    assert (first != second).any()
    assert (first[0] != first[2]).any()  # users of the same history
    np.testing.assert_array_equal(gan.mask(tf.constant(real, tf.float32), SEED), first)


@pytest.mark.parametrize("masking", [0.0, 1.0])
@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.name)
def test_losses_are_those_of_a_plain_loop(loss, masking):
    gan = gan_of(adversarial_loss=loss, partial_masking=masking, adversarial=0.5)
    real, made = bought(), generated_by(gan)
    seen = made if masking else made * real
    true, false = (
        tf.constant([logit_of(gan, vector, condition) for vector, condition in zip(vectors, real, strict=True)])
        for vectors in (real, seen)
    )
    result = gan.discriminator_step(HISTORIES, SEED)
    assert float(result.loss) == pytest.approx(np.mean(loss.real(true)) + np.mean(loss.fake(false)), rel=1e-4)
    told = (np.mean(true > loss.boundary) + np.mean(false <= loss.boundary)) / 2
    assert float(result.accuracy) == pytest.approx(told)
    step = gan.generator_step(HISTORIES, SEED)
    assert float(step.loss) == pytest.approx(0.5 * np.mean(loss.generator(false)), rel=1e-4)
    policy = log_policy(gan.generator, HISTORIES).numpy()
    assert float(step.entropy) == pytest.approx(-(np.exp(policy) * policy).sum(axis=1).mean(), rel=1e-4)


def added_to_the_loss(**settings) -> float:
    return float(gan_of(**settings).generator_step(HISTORIES, SEED).loss) - float(
        gan_of().generator_step(HISTORIES, SEED).loss
    )


def test_zero_reconstruction_holds_to_0_what_was_not_met_and_nothing_else():
    squares = np.where(bought() == 0, generated_by(gan_of()) ** 2, 0).sum(axis=1)
    added = added_to_the_loss(zero_reconstruction=1.0, zero_reconstruction_weight=0.7)
    assert added == pytest.approx(0.7 * squares.mean(), rel=1e-3)


def test_zero_reconstruction_takes_a_share_of_what_was_not_met():
    generator = purchases(items=30)
    losses = []
    for share in (0.0, 0.4, 1.0):
        gan = gan_of(generator, zero_reconstruction=share, zero_reconstruction_weight=1.0)
        losses.append(np.mean([float(gan.generator_step(MANY, tf.constant([0, seed])).loss) for seed in range(20)]))
    assert losses[1] - losses[0] == pytest.approx(0.4 * (losses[2] - losses[0]), rel=0.1)


def test_items_held_to_0_are_not_those_that_the_discriminator_sees(monkeypatch):
    """Both shares are drawn apart: where they are a half, a quarter of the items not met are in both."""
    generator = purchases(items=30)
    gan = gan_of(generator, zero_reconstruction=0.5, zero_reconstruction_weight=1.0, partial_masking=0.5)
    for variable in gan.discriminator_variables:
        variable.assign(tf.zeros_like(variable))  # only zero reconstruction's gradient is left
    real = bought(MANY, 30)
    made = tf.Variable(generated_by(gan, MANY, 30).astype(np.float32))
    vectors = gan.vectors(MANY)
    monkeypatch.setattr(gan, "vectors", lambda inputs: vectors._replace(generated=tf.identity(made)))
    with tf.GradientTape() as tape:
        loss = gan.generator_step(MANY, SEED).loss
    held = tape.gradient(loss, made).numpy() != 0
    assert not held[real == 1].any()
    assert held[real == 0].mean() == pytest.approx(0.5, abs=0.04)
    seen = gan.mask(tf.constant(real, tf.float32), SEED).numpy() == 1
    assert (held & seen)[real == 0].mean() == pytest.approx(0.25, abs=0.03)


def test_likelihood_holds_the_generator_by_the_loss_it_was_pre_trained_with():
    inputs = HISTORIES | {"weight": tf.cast(HISTORIES["history"], tf.float32)}
    gans = [gan_of(likelihood=weight) for weight in (0.0, 0.3)]
    without, with_it = (float(gan.generator_step(inputs, SEED).loss) for gan in gans)
    assert with_it - without == pytest.approx(0.3 * float(gans[0].generator.compute_loss(inputs)), rel=1e-4)


def test_regularisation_is_part_of_the_generators_loss_alone():
    held, free = purchases(1, regularization=0.5), purchases(1)
    gans = [gan_of(held), gan_of(free)]
    tables = [held.history_embedding, held.item_tower.get_layer("output_embedding")]
    weight = 0.5 * sum(float(tf.reduce_sum(tf.square(table.embeddings))) for table in tables)
    generators, discriminators = (
        [float(step.loss) for step in steps]
        for steps in zip(
            *[(gan.generator_step(HISTORIES, SEED), gan.discriminator_step(HISTORIES, SEED)) for gan in gans],
            strict=True,
        )
    )
    assert generators[0] - generators[1] == pytest.approx(weight, rel=1e-4)
    assert discriminators[0] == pytest.approx(discriminators[1])


def test_critic_is_held_to_slope_1_between_real_vectors_and_those_it_sees():
    real = bought()
    losses = {}
    for weight in (1.0, 3.0):
        gan = gan_of(adversarial_loss=Wasserstein(gradient_penalty=weight), partial_masking=1.0)
        losses[weight] = float(gan.discriminator_step(HISTORIES, SEED).loss)
    penalty = (losses[3.0] - losses[1.0]) / 2
    true, false = (
        np.mean([logit_of(gan, vector, condition) for vector, condition in zip(vectors, real, strict=True)])
        for vectors in (real, generated_by(gan))
    )
    assert losses[1.0] - penalty == pytest.approx(false - true, rel=1e-3)
    assert float(gan.generator_step(HISTORIES, SEED).loss) == pytest.approx(-false, rel=1e-3)
    # The slope by the vector, at the places between that are drawn, by differences.
    slopes = set()
    for share in np.linspace(0, 1, 41):
        for vector, other, condition in zip(real, generated_by(gan), real, strict=True):
            between = share * vector + (1 - share) * other
            steps = np.eye(ITEMS) * 1e-3
            slope = [
                (logit_of(gan, between + step, condition) - logit_of(gan, between - step, condition)) / 2e-3
                for step in steps
            ]
            slopes.add(round((math.sqrt(np.sum(np.square(slope))) - 1) ** 2, 6))
    assert min(slopes) - 1e-3 <= penalty <= max(slopes) + 1e-3


@pytest.mark.parametrize("side", ["generator", "discriminator"])
def test_each_step_moves_the_weights_of_its_own_side_alone(side):
    gan = gan_of(partial_masking=0.5, zero_reconstruction=0.5, likelihood=1.0)
    rates = {name: 0.1 if name == side else 0.0 for name in ("generator", "discriminator")}
    gan.compile(*(tf.keras.optimizers.SGD(rates[name]) for name in ("generator", "discriminator")))
    parts = {"generator": gan.generator.trainable_variables, "discriminator": gan.discriminator_variables}
    before = {name: values(variables) for name, variables in parts.items()}
    gan.train_step(HISTORIES)
    assert {name: moved(variables, before[name]) for name, variables in parts.items()} == {
        name: name == side for name in parts
    }


@pytest.mark.parametrize("loss", [LeastSquares(), Wasserstein()], ids=lambda loss: loss.name)
def test_discriminator_learns_to_tell_and_the_generator_to_pass(loss):
    """Each against the other standing still."""
    gan = gan_of(purchases(seed=4), adversarial_loss=loss, partial_masking=1.0, discriminator_units=(16,))
    batches = tf.data.Dataset.from_tensors(HISTORIES).repeat(80)
    gan.compile(tf.keras.optimizers.SGD(0.0), tf.keras.optimizers.Adam(0.02))
    before = float(gan.discriminator_step(HISTORIES, SEED).loss)
    gan.fit(batches, verbose=0)
    result = gan.discriminator_step(HISTORIES, SEED)
    assert float(result.loss) < before - 0.2
    assert isinstance(loss, Wasserstein) or float(result.accuracy) == 1.0  # a critic has no boundary
    gan.compile(tf.keras.optimizers.Adam(0.02), tf.keras.optimizers.SGD(0.0))
    before = float(gan.generator_step(HISTORIES, SEED).loss)
    gan.fit(batches, verbose=0)
    assert float(gan.generator_step(HISTORIES, SEED).loss) < before - 0.2
