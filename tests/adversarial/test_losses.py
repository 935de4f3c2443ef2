"""Adversarial losses against values computed by hand."""

import math

import numpy as np
import pytest
import tensorflow as tf

from tfrec_dl.adversarial.gradient_penalty import gradient_penalty
from tfrec_dl.adversarial.losses import (
    ADVERSARIAL_LOSSES,
    LeastSquares,
    Minimax,
    NonSaturating,
    Wasserstein,
    discriminator_accuracy,
    discriminator_loss,
)
from tfrec_dl.adversarial.settings import IRGANTraining
from tfrec_dl.errors import InputError

LOGITS = tf.constant([[0.0, math.log(3.0)], [-math.log(3.0), 2.0]])  # sigmoid: 1/2, 3/4, 1/4, 0.8808
ALL = [loss() for loss in ADVERSARIAL_LOSSES.classes()]
SEED = tf.constant([3, 4])


def by_name(loss) -> str:
    return loss.name


@pytest.mark.parametrize(
    ("loss", "real", "fake", "generator"),
    [
        (Minimax(), math.log(4 / 3), math.log(4), -math.log(4)),
        (NonSaturating(), math.log(4 / 3), math.log(4), math.log(4 / 3)),
        (Wasserstein(), -math.log(3), math.log(3), -math.log(3)),
        (LeastSquares(), 0.5 * (math.log(3) - 1) ** 2, 0.5 * math.log(3) ** 2, 0.5 * (math.log(3) - 1) ** 2),
    ],
    ids=lambda value: value.name if hasattr(value, "name") else "",
)
def test_losses_of_a_logit_of_log_3_which_says_real_with_three_to_one(loss, real, fake, generator):
    at = (0, 1)
    assert float(loss.real(LOGITS)[at]) == pytest.approx(real, rel=1e-5)
    assert float(loss.fake(LOGITS)[at]) == pytest.approx(fake, rel=1e-5)
    assert float(loss.generator(LOGITS)[at]) == pytest.approx(generator, rel=1e-5)


@pytest.mark.parametrize("loss", ALL, ids=by_name)
def test_each_logit_has_a_loss_of_its_own(loss):
    for losses in (loss.real, loss.fake, loss.generator):
        together = losses(LOGITS).numpy()
        assert together.shape == LOGITS.shape
        for place in np.ndindex(*LOGITS.shape):
            assert float(losses(LOGITS[place])) == pytest.approx(together[place], rel=1e-6)


@pytest.mark.parametrize("loss", ALL, ids=by_name)
def test_discriminator_gains_by_telling_and_the_generator_by_passing_for_real(loss):
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(LOGITS)
        real, fake, generator = loss.real(LOGITS), loss.fake(LOGITS), loss.generator(LOGITS)
    below_one = LOGITS.numpy() < 1  # what least squares asks of a real example's logit
    assert (tape.gradient(real, LOGITS).numpy()[below_one] < 0).all()
    assert (tape.gradient(generator, LOGITS).numpy()[below_one] < 0).all()
    assert (tape.gradient(fake, LOGITS).numpy()[LOGITS.numpy() > 0] > 0).all()


def test_reward_of_the_minimax_loss_is_irgans():
    """log(1 + exp(f)), also where exp(f) overflows."""
    logits = np.array([-3.0, 0.0, 1.5, 200.0], np.float32)
    reward = -Minimax().generator(tf.constant(logits)).numpy()
    np.testing.assert_allclose(reward[:3], np.log1p(np.exp(logits[:3])), rtol=1e-6)
    assert reward[3] == pytest.approx(200.0)


@pytest.mark.parametrize(
    ("loss", "logit_of_no_loss_to_gain"),
    [
        (Minimax(label_smoothing=0.1), math.log(9)),
        (NonSaturating(label_smoothing=0.1), math.log(9)),
        (LeastSquares(label_smoothing=0.1), 0.9),
    ],
    ids=lambda value: value.name if hasattr(value, "name") else "",
)
def test_smoothed_label_of_real_examples_is_what_the_discriminator_aims_at(loss, logit_of_no_loss_to_gain):
    """Its loss has no slope where it says 0.9; made examples keep the label 0."""
    logit = tf.constant(logit_of_no_loss_to_gain)
    with tf.GradientTape() as tape:
        tape.watch(logit)
        real = loss.real(logit)
    assert float(tape.gradient(real, logit)) == pytest.approx(0.0, abs=1e-6)
    plain = type(loss)()
    np.testing.assert_array_equal(loss.fake(LOGITS), plain.fake(LOGITS))
    np.testing.assert_array_equal(loss.generator(LOGITS), plain.generator(LOGITS))


@pytest.mark.parametrize("loss", ALL, ids=by_name)
def test_discriminators_loss_is_the_mean_on_real_and_the_mean_on_made_whatever_their_numbers(loss):
    real, fake = tf.constant([0.3, 1.2, -0.5]), tf.constant([[-0.2], [0.7]])
    expected = np.mean(loss.real(real)) + np.mean(loss.fake(fake))
    assert float(discriminator_loss(loss, real, fake)) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(("loss", "boundary"), [(Minimax(), 0.0), (NonSaturating(), 0.0), (LeastSquares(), 0.5)])
def test_accuracy_is_the_mean_of_both_shares_that_are_told(loss, boundary):
    real = tf.constant([boundary + 1e-3, boundary + 2, boundary - 1e-3, boundary - 9])  # half are told
    fake = tf.constant([[boundary - 1e-3], [boundary + 1e-3], [boundary + 1], [boundary + 2], [boundary + 3]])  # 1 of 5
    assert float(discriminator_accuracy(loss, real, fake)) == pytest.approx((0.5 + 0.2) / 2)


@pytest.mark.parametrize("loss", ALL, ids=by_name)
def test_discriminator_that_says_one_thing_of_all_is_guessing(loss):
    for logit in (-5.0, 0.0, 0.5, 5.0):
        same = tf.fill([4], logit)
        assert float(discriminator_accuracy(loss, same, same)) == 0.5


@pytest.mark.parametrize("shape", [(), (1,)], ids=["N logits", "N logits in a column"])
def test_gradient_penalty_of_a_linear_critic_is_how_far_its_slope_is_from_1(shape):
    weights = tf.constant([[3.0], [4.0]])
    real, fake = tf.random.stateless_normal([6, 2], SEED), tf.random.stateless_normal([6, 2], SEED + 1)

    def critic(examples):
        return tf.reshape(tf.linalg.matmul(examples, weights), [-1, *shape])

    assert float(gradient_penalty(critic, real, fake, SEED)) == pytest.approx((5.0 - 1) ** 2, rel=1e-5)


def test_gradient_penalty_of_pictures_takes_the_slope_over_all_of_a_picture():
    real, fake = tf.ones([3, 4, 4, 1]), tf.zeros([3, 4, 4, 1])

    def critic(pictures):
        return 0.5 * tf.reduce_sum(pictures, axis=[1, 2, 3])

    assert float(gradient_penalty(critic, real, fake, SEED)) == pytest.approx((0.5 * 4 - 1) ** 2, rel=1e-5)


def test_gradient_penalty_looks_between_a_real_example_and_a_made_one():
    """The critic x squared has slope 2x; each pair has a place of its own."""
    seen = []

    def critic(examples):
        seen.append(examples)
        return tf.reduce_sum(tf.square(examples), axis=1)

    real, fake = tf.fill([200, 2], 3.0), tf.tile([[1.0, 2.0]], [200, 1])
    penalty = gradient_penalty(critic, real, fake, SEED)
    between = seen[0].numpy()
    share = (between - fake.numpy()) / (real.numpy() - fake.numpy())
    np.testing.assert_allclose(share[:, 0], share[:, 1], atol=1e-5)  # on the line
    assert share.min() >= 0
    assert share.max() <= 1
    assert 0.4 < share.mean() < 0.6
    assert len(np.unique(share[:, 0])) > 190
    slopes = 2 * np.linalg.norm(between, axis=1)
    assert float(penalty) == pytest.approx(np.mean((slopes - 1) ** 2), rel=1e-5)


def test_gradient_penalty_trains_the_critic_towards_slope_1():
    weights = tf.Variable([[3.0], [4.0]])
    examples = tf.zeros([2, 2])
    with tf.GradientTape() as tape:
        penalty = gradient_penalty(lambda between: tf.linalg.matmul(between, weights), examples, examples + 1, SEED)
    np.testing.assert_allclose(tape.gradient(penalty, weights), 2 * (5 - 1) * np.array([[0.6], [0.8]]), rtol=1e-4)


def test_gradient_penalty_of_a_flat_critic_is_1_and_has_a_gradient_that_is_a_number():
    weights = tf.Variable([[0.0], [0.0]])
    examples = tf.zeros([2, 2])
    with tf.GradientTape() as tape:
        penalty = gradient_penalty(lambda between: tf.linalg.matmul(between, weights), examples, examples, SEED)
    assert float(penalty) == pytest.approx(1.0, abs=1e-4)
    assert np.isfinite(tape.gradient(penalty, weights)).all()


def test_losses_come_by_name_and_a_policy_has_no_critic():
    for loss in ALL:
        assert ADVERSARIAL_LOSSES.make(loss.name) == loss
    with pytest.raises(InputError, match="wasserstein"):
        IRGANTraining(adversarial_loss="wasserstein")


@pytest.mark.parametrize(
    ("loss", "setting", "value"),
    [(Minimax, "label_smoothing", 1.0), (LeastSquares, "label_smoothing", -0.1), (Wasserstein, "gradient_penalty", 0)],
)
def test_settings_out_of_bounds_are_refused(loss, setting, value):
    with pytest.raises(InputError, match=setting):
        loss(**{setting: value})


def test_a_critics_loss_has_a_penalty_and_others_have_none():
    real, fake = tf.zeros([4, 3]), tf.ones([4, 3])

    def critic(between):
        return 2.0 * between[:, 0]

    assert float(Wasserstein(gradient_penalty=3.0).penalty(critic, real, fake, SEED)) == pytest.approx(3.0)
    assert [float(loss.penalty(critic, real, fake, SEED)) for loss in (Minimax(), LeastSquares())] == [0.0, 0.0]
