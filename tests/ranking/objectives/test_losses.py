"""Losses against their definitions, and where their parts lead."""

import numpy as np
import pytest
import tensorflow as tf

from tfrec_dl.errors import InputError
from tfrec_dl.ranking.objectives import Click
from tfrec_dl.ranking.objectives.losses import binary_losses, joint_logits, list_losses, log_odds


def floats(*values: float) -> tf.Tensor:
    return tf.constant(values, tf.float32)


def of_list(scores, labels, lists, weights=None) -> np.ndarray:
    weights = np.ones(len(scores)) if weights is None else weights
    return list_losses(floats(*scores), floats(*labels), tf.constant(lists, tf.int32), floats(*weights)).numpy()


def test_binary_loss_is_minus_the_log_of_the_label_s_probability():
    found = binary_losses(floats(0, np.log(3), -200), floats(1, 0, 1)).numpy()
    np.testing.assert_allclose(found, [np.log(2), np.log(4), 200], rtol=1e-5)


def test_list_loss_is_minus_the_log_of_the_click_s_share_of_its_list():
    # Shares 1/4 and 3/4; then 1/2 each, both clicked; then a list without a click.
    found = of_list([0, np.log(3), 5, 5, 1, 2, 3], [1, 0, 1, 1, 0, 0, 0], [0, 0, 1, 1, 2, 2, 2])
    np.testing.assert_allclose(found, [np.log(4), np.log(2), 0], rtol=1e-5)


def test_list_loss_does_not_change_with_the_level_of_a_list_s_scores_however_high():
    low = of_list([0, 1, 2, 0.5, 0], [0, 1, 0, 1, 0], [0, 0, 0, 1, 1])
    high = of_list([200, 201, 202, -299.5, -300], [0, 1, 0, 1, 0], [0, 0, 0, 1, 1])
    np.testing.assert_allclose(high, low, rtol=1e-4)


def test_list_loss_s_weight_counts_the_click_and_a_row_of_weight_zero_is_no_candidate():
    scores, labels, lists = [0, np.log(3), 7], [1, 0, 0], [0, 0, 0]
    np.testing.assert_allclose(of_list(scores, labels, lists, [2, 1, 0]), [2 * np.log(4)], rtol=1e-5)
    np.testing.assert_array_equal(of_list([1, 2], [1, 0], [0, 0], [0, 0]), 0)


def test_gradient_of_a_list_loss_is_share_minus_label():
    scores = tf.Variable([0.0, np.log(3), 1.0])
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(list_losses(scores, floats(1, 0, 0), tf.constant([0, 0, 1]), floats(1, 1, 1)))
    np.testing.assert_allclose(tape.gradient(loss, scores), [0.25 - 1, 0.75, 0], atol=1e-6)


def test_joint_logit_is_that_of_the_product_of_the_probabilities():
    first, second = np.repeat(np.linspace(-6, 6, 7), 6), np.tile(np.linspace(-5, 5, 6), 7)
    product = 1 / (1 + np.exp(-first)) / (1 + np.exp(-second))
    found = joint_logits(floats(*first), floats(*second)).numpy()
    np.testing.assert_allclose(found, np.log(product / (1 - product)), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("first", [-300.0, -40.0, 40.0, 300.0])
@pytest.mark.parametrize("second", [-300.0, 300.0])
@pytest.mark.parametrize("label", [0.0, 1.0])
def test_joint_loss_and_its_gradients_are_finite_where_the_probabilities_are_0_or_1(first, second, label):
    logits = tf.Variable([first]), tf.Variable([second])
    with tf.GradientTape() as tape:
        loss = binary_losses(joint_logits(*logits), tf.constant([label]))
    assert np.isfinite(loss.numpy()).all()
    assert all(np.isfinite(gradient.numpy()).all() for gradient in tape.gradient(loss, logits))


@pytest.mark.parametrize(("ones", "count"), [(0, 10), (10, 10), (0, 0)])
def test_log_odds_are_finite_for_any_labels(ones, count):
    assert np.isfinite(log_odds(np.arange(count) < ones))


def test_log_odds_of_many_labels_are_their_own():
    assert log_odds(np.arange(100_000) < 20_000) == pytest.approx(np.log(0.25), abs=1e-4)


def minimum(click: Click, labels: list, lists: list) -> np.ndarray:
    """The probabilities that gradient descent ends at, a logit a row."""
    logits = tf.Variable(tf.zeros([len(labels), 1]))
    optimizer = tf.keras.optimizers.SGD(1.0)
    fed = ({"click": tf.constant(labels, tf.float32)}, tf.constant(lists), tf.ones([len(labels)]))

    @tf.function
    def step() -> None:
        with tf.GradientTape() as tape:
            loss = click.loss({"click": logits}, *fed, click.levels({"click": np.array(labels)}))
        optimizer.apply_gradients([(tape.gradient(loss, logits), logits)])

    for _ in range(2_000):
        step()
    return click.expected(logits, fed[1], np.zeros(1)).numpy()


def test_softmax_moves_probabilities_from_the_click_rates_and_the_regression_compatible_loss_does_not():
    """Two items, clicked in 3 and in 1 of 10 lists, each list as often as it is likely: labels are their means."""
    labels, lists = [0.3, 0.1], [0, 0]
    np.testing.assert_allclose(minimum(Click(), labels, lists), labels, atol=1e-3)
    np.testing.assert_allclose(minimum(Click(regression_compatible=1), labels, lists), labels, atol=1e-3)
    assert np.abs(minimum(Click(listwise=1), labels, lists) - labels).max() > 0.01
    ordered = minimum(Click(pointwise=0, listwise=1), labels, lists)
    assert ordered[0] > ordered[1]


def test_click_without_any_loss_is_refused():
    with pytest.raises(InputError, match="all 0"):
        Click(pointwise=0)
