"""One click a list: candidates compete for it."""

import numpy as np
import pytest
import tensorflow as tf

from tfrec_dl.ranking.objectives import Choice, Click, FittedObjective

LISTS = np.array([0, 0, 0, 1, 2, 2], np.int32)
CLICKS = np.array([0, 1, 0, 1, 0, 0], np.float32)
UTILITIES = np.log(np.array([1.0, 2, 4, 3, 0.5, 0.5]))
SHARES = np.array([1 / 8, 2 / 8, 4 / 8, 3 / 4, 0.25, 0.25])


def objective(lists=LISTS, clicks=CLICKS, config=None) -> FittedObjective:
    return FittedObjective.of(config or Choice(), {"click": clicks, "list": lists})


def outputs(utilities) -> tf.Tensor:
    return tf.constant(utilities, tf.float32)[:, None]


def loss(utilities, clicks=CLICKS, lists=LISTS, weights=None, config=None) -> float:
    weights = np.ones(len(lists)) if weights is None else weights
    found = objective(lists, np.asarray(clicks, np.float32), config)
    arguments = ({"click": outputs(utilities)}, {"click": tf.constant(clicks, tf.float32)})
    return float(found.loss(*arguments, tf.constant(lists, tf.int32), tf.constant(weights, tf.float32)))


def probabilities(utilities, lists=LISTS) -> np.ndarray:
    return objective().expected(outputs(utilities), tf.constant(lists, tf.int32)).numpy()


def test_probabilities_are_shares_of_the_list_and_of_no_click():
    np.testing.assert_allclose(probabilities(UTILITIES), SHARES, rtol=1e-5)


def test_loss_is_minus_the_log_of_what_was_chosen_a_mean_over_lists():
    assert loss(UTILITIES) == pytest.approx(-(np.log(2 / 8) + np.log(3 / 4) + np.log(1 / 2)) / 3, rel=1e-5)


def test_several_clicks_share_the_weight_of_their_list():
    expected = -((np.log(1 / 8) + np.log(4 / 8)) / 2 + np.log(1 / 4) + np.log(1 / 2)) / 3
    assert loss(UTILITIES, clicks=[1, 0, 1, 0, 0, 0]) == pytest.approx(expected, rel=1e-5)


def test_weight_counts_the_click():
    assert loss(UTILITIES, weights=[9, 3, 9, 1, 1, 1]) == pytest.approx(
        -(3 * np.log(2 / 8) + np.log(3 / 4) + np.log(1 / 2)) / 3, rel=1e-5
    )


def test_list_without_a_click_counts_as_its_candidates_do():
    assert loss(UTILITIES, weights=[1, 1, 1, 1, 4, 2]) == pytest.approx(
        -(np.log(2 / 8) + np.log(3 / 4) + 3 * np.log(1 / 2)) / 3, rel=1e-5
    )


def test_row_of_weight_nothing_is_no_candidate():
    assert loss(UTILITIES, weights=[1, 1, 0, 1, 4, 0]) == pytest.approx(
        -(np.log(2 / 4) + np.log(3 / 4) + 4 * np.log(2 / 3)) / 3, rel=1e-5
    )


def test_list_of_one_has_the_binary_cross_entropy_and_the_sigmoid():
    utilities = np.random.default_rng(0).normal(size=6) * 3
    lists = np.arange(6, dtype=np.int32)
    assert loss(utilities, lists=lists) == pytest.approx(loss(utilities, lists=lists, config=Click()), rel=1e-5)
    np.testing.assert_allclose(probabilities(utilities, lists), 1 / (1 + np.exp(-utilities)), rtol=1e-4)


@pytest.mark.parametrize("scale", [1, 30, 1e4, 1e30])
def test_probabilities_of_a_list_sum_to_at_most_one_and_nothing_overflows(scale):
    generator = np.random.default_rng(0)
    lists = np.repeat(np.arange(40), 5).astype(np.int32)
    utilities = tf.Variable(outputs(generator.normal(size=200) * scale))
    clicks = (np.arange(200) % 5 == 0).astype(np.float32)
    found = objective(lists, clicks)
    logits = Choice().logits(utilities, tf.constant(lists)).numpy()
    assert np.isfinite(logits).all()
    assert np.bincount(lists, found.expected(utilities, tf.constant(lists))).max() <= 1 + 1e-5
    with tf.GradientTape() as tape:
        value = found.loss({"click": utilities}, {"click": tf.constant(clicks)}, tf.constant(lists), tf.ones(200))
    assert np.isfinite(value)
    assert np.isfinite(tape.gradient(value, utilities)).all()


def test_log_odds_are_those_of_the_probabilities():
    logits = Choice().logits(outputs(UTILITIES), tf.constant(LISTS)).numpy()
    np.testing.assert_allclose(logits, np.log(SHARES / (1 - SHARES)), rtol=1e-4, atol=1e-5)


def test_log_odds_keep_the_order_of_a_list():
    utilities = np.array([5.0, -2, 0.5, 7, -9, -8.5])
    logits = Choice().logits(outputs(utilities), tf.constant(LISTS)).numpy()
    for number in range(3):
        rows = number == LISTS
        assert np.argsort(logits[rows]).tolist() == np.argsort(utilities[rows]).tolist()


def test_score_of_zero_has_as_many_lists_clicked_as_in_training():
    lists = np.repeat(np.arange(1_000), 4)
    clicks = ((np.arange(4_000) % 4 == 1) & (lists % 10 < 3)).astype(np.float32)
    found = objective(lists, clicks)
    score = tf.keras.Input([1])
    model = tf.keras.Model(score, found.outputs(score))
    rates = found.expected(model(tf.zeros([4, 1])), tf.zeros([4], tf.int32)).numpy()
    np.testing.assert_allclose(rates, 0.3 / 4, atol=1e-3)


def test_training_moves_a_list_to_the_shares_of_its_clicks():
    """Two candidates, clicked in 60 and 30 of 100 lists."""
    lists = np.repeat(np.arange(100), 2).astype(np.int32)
    clicks = np.zeros(200, np.float32)
    clicks[:120:2], clicks[121:180:2] = 1, 1
    utility = tf.Variable([[0.0], [0.0]])
    found = objective(lists, clicks)
    labels, of_rows = {"click": tf.constant(clicks)}, tf.constant(lists)
    for _ in range(200):
        with tf.GradientTape() as tape:
            value = found.loss({"click": tf.tile(utility, [100, 1])}, labels, of_rows, tf.ones(200))
        utility.assign_sub(2.0 * tape.gradient(value, utility))
    np.testing.assert_allclose(found.expected(utility, tf.zeros([2], tf.int32)), [0.6, 0.3], atol=0.005)
