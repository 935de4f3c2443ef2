"""Perturbation of the rows that a training step reads: what is shifted, how far, where to, and what it leaves alone."""

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from tests.items import item_ids, vocabulary_of
from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.errors import InputError
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.build import build_model
from tfrec_dl.retrieval.model import RetrievalModel
from tfrec_dl.retrieval.perturbation.configuration import Adversarial
from tfrec_dl.retrieval.perturbation.perturbed_loss import perturbed_loss
from tfrec_dl.retrieval.perturbation.reads import AS_THEY_ARE, ITEMS

ITEMS_KNOWN = 6
USERS = pd.DataFrame({"user_id": ["u", "v"], "id": ["u", "v"]})
WINDOWS = {
    "user_id": tf.constant(["u", "v"]),
    "history": tf.constant([[2, 3, 0], [5, 4, 2]]),
    "next_item": tf.constant([[3, 5, 0], [4, 2, 7]]),
}
HISTORIES = {"history": tf.constant([[2, 3, 0, 0], [5, 4, 6, 2]])}
NO_DROPOUT = {"item_dropout": 0.0, "state_dropout": 0.0}
RNN = {"dimension": 3, "body.units": 3, "embedding_dropout": 0.0}
NETWORKS = {
    "tied": ("simple_rnn", RNN),
    "untied": ("simple_rnn", {**RNN, "tied": False}),
    "sampled": (
        "simple_rnn",
        {"dimension": 3, "body.units": 3, "embedding_dropout": 0.0, "loss": "bpr", "negatives": 3},
    ),
    "users": ("gru", {"body": "user_only", "dimension": 3, "user_dropout": 0.0}),
    "autoencoder": ("mult_dae", {"units": (3,), "regularization": 0.0}),
}


def recipe(network: str, **settings: object) -> Recipe:
    name, own = NETWORKS[network]
    return RECIPES[name].with_settings({"max_length": 4, **NO_DROPOUT, **own, **settings})


def model(network: str, **settings: object) -> RetrievalModel:
    tf.keras.utils.set_random_seed(0)
    users = Catalogue.from_frame(USERS, "user_id", {"id": "category"}) if network == "users" else None
    return build_model(recipe(network, **settings), vocabulary_of(item_ids(ITEMS_KNOWN), 0), users=users)


def batch(network: str) -> dict[str, tf.Tensor]:
    return HISTORIES if network == "autoencoder" else WINDOWS


def value(built: RetrievalModel, network: str, training: bool = True) -> float:
    return float(built.compute_loss(batch(network), training=training))


def test_shifts_by_hand():
    """Rows 7 and 9 are read, 7 twice; each goes eps along the sum of its gradients; a row without any stays."""
    table = tf.Variable([[3.0, 4.0], [1.0, 0.0], [5.0, 5.0]])
    numbers, places = tf.constant([7, 9, 7, 8]), tf.constant([0, 1, 0, 2])
    slopes = tf.constant([[2.0, 0.0], [0.0, -5.0], [1.0, 4.0], [0.0, 0.0]])  # of 7 together: 3, 4
    seen = []

    def loss(reads):
        seen.append(reads.rows(ITEMS, numbers, tf.gather(table, places)))
        return tf.reduce_sum(seen[-1] * slopes)

    found = perturbed_loss(Adversarial(eps=0.5, weight=3.0), loss, tf.constant([0, 0]))
    shifts = np.array([[0.3, 0.4], [0.0, -0.5], [0.3, 0.4], [0.0, 0.0]])
    np.testing.assert_allclose(seen[1] - seen[0], shifts, atol=1e-6)
    plain = float(loss(AS_THEY_ARE))
    assert float(found) == pytest.approx((plain + 3.0 * (plain + (shifts * slopes.numpy()).sum())) / 4.0)


@pytest.mark.parametrize("network", NETWORKS)
def test_shifts_of_length_0_change_nothing_and_longer_ones_raise_the_loss(network):
    plain = value(model(network), network)
    still, near, far = (value(model(network, perturbation="adversarial", eps=eps), network) for eps in (0.0, 0.01, 0.1))
    assert still == pytest.approx(plain, rel=1e-6)
    assert plain < near < far


@pytest.mark.parametrize(
    "network", [name for name in NETWORKS if name != "users"]
)  # whose vectors are no rows of one table
def test_a_shift_raises_the_loss_by_the_length_of_the_gradients_of_the_rows(network):
    """To the first order: eps times the sum over the tables' rows of their gradients' lengths, biases apart."""
    built, eps = model(network), 1e-3
    with tf.GradientTape() as tape:
        plain = built.compute_loss(batch(network), training=True)
    tables = [
        each for each in built.trainable_variables if each.shape[0] == built.vocabulary.size and each.shape[1] > 1
    ]
    rows = [np.linalg.norm(tf.convert_to_tensor(slope), axis=1).sum() for slope in tape.gradient(plain, tables)]
    shifted = value(model(network, perturbation="adversarial", eps=eps), network)
    assert 2 * (shifted - float(plain)) == pytest.approx(eps * sum(rows), rel=0.05)


def test_measured_and_served_as_without():
    plain, shifted = (model("tied", **settings) for settings in ({}, {"perturbation": "adversarial"}))
    assert value(shifted, "tied", training=False) == pytest.approx(value(plain, "tied", training=False))
    np.testing.assert_array_equal(shifted.query(WINDOWS["history"]), plain.query(WINDOWS["history"]))


def test_the_table_keeps_a_sparse_gradient():
    built = model("sampled", perturbation="adversarial")
    with tf.GradientTape() as tape:
        loss = built.compute_loss(batch("sampled"), training=True)
    gradient = tape.gradient(loss, built.history_embedding.embeddings)
    assert isinstance(gradient, tf.IndexedSlices)


def test_random_shifts_are_of_the_same_length_and_no_worst_case():
    plain, worst, random = (
        value(model("tied", **settings), "tied")
        for settings in ({}, {"perturbation": "adversarial"}, {"perturbation": "random"})
    )
    assert plain != random < worst


def test_set_by_name_with_settings_of_its_own_and_taken_back():
    chosen = recipe("tied", perturbation="adversarial", eps=0.25)
    assert chosen.training.perturbation == Adversarial(eps=0.25)
    assert Recipe.from_dict(chosen.to_dict()) == chosen
    assert chosen.with_settings({"perturbation": "none"}) == recipe("tied")
    with pytest.raises(InputError, match="adversarial"):
        recipe("tied", perturbation="adverserial")
