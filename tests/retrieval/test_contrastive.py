"""Contrastive terms: InfoNCE by hand, and that training has them and nothing else does."""

import math

import numpy as np
import pytest
import tensorflow as tf

from tests.items import item_ids, vocabulary_of
from tfrec_dl.errors import InputError
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.build import build_model
from tfrec_dl.retrieval.contrastive.duorec import DuoRec
from tfrec_dl.retrieval.contrastive.info_nce import info_nce
from tfrec_dl.retrieval.examples import Examples
from tfrec_dl.retrieval.memory_estimate import estimate_size

SMALL = {"units": 6, "dimension": 4, "batch_size": 4, "max_length": 5, "state_dropout": 0.5}
VOCABULARY = vocabulary_of(item_ids(20))
BATCH = {
    "history": tf.constant([[2, 3, 4], [5, 3, 0], [7, 0, 0]]),
    "next_item": tf.constant([[3, 4, 9], [3, 9, 0], [8, 0, 0]]),
}
WINDOWS = [0, 0, 0, 1, 1, 2]
TARGETS = [3, 4, 9, 3, 9, 8]
SEED = tf.constant([1, 2])


def expected_info_nce(scores, positive, negative):
    losses = []
    for row, (near, far) in enumerate(zip(positive, negative, strict=True)):
        against = sum(math.exp(scores[row][place]) for place in far)
        losses.append(sum(-scores[row][p] + math.log(math.exp(scores[row][p]) + against) for p in near) / len(near))
    return losses


def test_info_nce_compares_each_positive_with_all_negatives():
    first, second = np.array([[1.0, 0.0], [0.0, 2.0]]), np.array([[1.0, 1.0], [0.5, 0.0], [0.0, -1.0]])
    positive = np.array([[True, True, False], [False, True, False]])
    negative = np.array([[False, False, True], [True, False, False]])  # the last of the second row is neither
    found = info_nce(*(tf.constant(each, tf.float32) for each in (first, second)), positive, negative, temperature=0.5)
    by_hand = [
        (math.log(1 + math.exp(0 - 2)) + math.log(1 + math.exp(0 - 1))) / 2,
        math.log(1 + math.exp(4 - 0)),
    ]
    np.testing.assert_allclose(found, by_hand, rtol=1e-6)


def test_info_nce_without_negatives_is_0_and_has_no_gradient():
    vectors = tf.Variable(tf.ones([1, 2]))
    with tf.GradientTape() as tape:
        loss = info_nce(vectors, vectors, tf.constant([[True]]), tf.constant([[False]]), 0.1)
    assert loss.numpy() == [0]
    assert not np.any(tape.gradient(loss, vectors))


def views(seed, count=6) -> Examples:
    states = np.random.default_rng(seed).normal(size=(count, 3)).astype(np.float32)
    queries = tf.concat([states, tf.ones([count, 1])], axis=1)
    return Examples(queries, tf.range(count), tf.constant(TARGETS[:count]), tf.ones([count]))


def test_duorec_draws_states_before_the_same_item_together_and_those_of_a_window_not_apart():
    first, second = views(0), views(1)
    states = [each.queries.numpy()[:, :-1] for each in (first, second)]
    one, other = (each / np.linalg.norm(each, axis=1)[:, None] for each in states)
    scores = one @ other.T / 0.7
    everyone = range(len(TARGETS))
    positive = [
        [j for j in everyone if i == j or (TARGETS[i] == TARGETS[j] and WINDOWS[i] != WINDOWS[j])] for i in everyone
    ]
    negative = [[j for j in everyone if TARGETS[i] != TARGETS[j] and WINDOWS[i] != WINDOWS[j]] for i in everyone]
    assert max(map(len, positive)) == 2
    by_hand = np.mean([expected_info_nce(scores, positive, negative), expected_info_nce(scores.T, positive, negative)])
    found = DuoRec(temperature=0.7).term(BATCH, first, lambda inputs: second, SEED)
    np.testing.assert_allclose(found, by_hand, rtol=1e-5)


def test_duorec_of_few_states_samples_them():
    found = {
        float(DuoRec(states=2).term(BATCH, views(0), lambda inputs: views(1), tf.constant([0, step])))
        for step in range(12)
    }
    assert len(found) > 2


def test_a_batch_without_targets_has_a_term_of_0():
    nothing = {key: tf.zeros_like(value) for key, value in BATCH.items()}
    assert float(DuoRec().term(nothing, views(0, 0), lambda inputs: views(1, 0), SEED)) == 0


def recipe_with(**settings) -> Recipe:
    return RECIPES["gru"].with_settings({**SMALL, **settings})


@pytest.fixture(scope="module")
def models():
    """The same network without the term, and with it."""
    found = []
    for settings in ({}, {"contrastive": {"name": "duorec", "weight": 0.5}}):
        tf.keras.utils.set_random_seed(3)
        found.append(build_model(recipe_with(**settings), VOCABULARY))
    return found


def test_only_training_has_the_term(models):
    without, with_term = models
    alone, both = (float(model.compute_loss(BATCH, training=True)) for model in models)
    term = float(with_term.contrastive_mean.result())
    assert term > 0
    assert both == pytest.approx(alone + 0.5 * term, rel=1e-5)
    assert float(with_term.loss_mean.result()) == pytest.approx(alone, rel=1e-5)  # what is reported stays comparable
    losses = [float(model.compute_loss(BATCH, training=False)) for model in models]
    assert losses[0] == losses[1]


def test_weights_and_queries_are_those_of_the_network_without_it(models):
    shapes = [[weight.shape for weight in model.trainable_weights] for model in models]
    assert shapes[0] == shapes[1]
    np.testing.assert_array_equal(*(model.query(BATCH["history"]) for model in models))


def test_the_encoder_has_another_gradient_under_it(models):
    gradients = []
    for model in models:
        with tf.GradientTape() as tape:
            loss = model.compute_loss(BATCH, training=True)
        gradients.append([tf.convert_to_tensor(each) for each in tape.gradient(loss, model.encoder.trainable_weights)])
    assert all(np.isfinite(gradient).all() for gradient in gradients[1])
    assert any(np.abs(one - other).max() > 1e-6 for one, other in zip(*gradients, strict=True))


def test_recipe_takes_the_term_by_name_and_is_written_with_it():
    recipe = RECIPES["gru"].with_settings({"contrastive": "duorec"}).with_settings({"contrastive.temperature": 0.1})
    assert recipe.model.contrastive == DuoRec(temperature=0.1)
    assert Recipe.from_dict(recipe.to_dict()) == recipe
    assert RECIPES["gru"].model.contrastive is None
    with pytest.raises(InputError, match="no contrastive term is called 'duorek': did you mean 'duorec'"):
        RECIPES["gru"].with_settings({"contrastive": "duorek"})


def test_memory_of_a_step_has_the_second_pass_and_the_scores_of_the_term():
    alone, both = (estimate_size(recipe_with(**settings), VOCABULARY) for settings in ({}, {"contrastive": "duorec"}))
    assert both.step > 1.5 * alone.step
    assert both.memory - alone.memory == pytest.approx(both.step - alone.step, abs=2**26)  # but for what is loaded
