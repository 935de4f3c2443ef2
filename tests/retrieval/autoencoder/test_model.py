"""The autoencoder as a retrieval model: its loss against a plain loop, and what it learns of tastes."""

import numpy as np
import pytest
import tensorflow as tf

from tests.items import item_ids, vocabulary_of
from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.histories import Histories
from tfrec_dl.data.training.cuts import WindowConfig
from tfrec_dl.data.training.training_histories import TrainingHistories
from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.evaluation.scorer import as_scorer
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.retrieval.autoencoder.model import AutoencoderModel
from tfrec_dl.retrieval.build import build_model

ITEMS, UNTRAINED = 6, 2
PLAIN = {"units": (3,), "max_length": 8, "item_dropout": 0.0, "state_dropout": 0.0, "regularization": 0.0}
BATCH = {"history": tf.constant([[2, 3, 0, 0], [5, 4, 7, 2], [6, 0, 0, 0]])}
WEIGHTS = {"weight": tf.constant([[1.0, 3.0, 0.0, 0.0], [0.5, 2.0, 1.0, 0.0], [4.0, 0.0, 0.0, 0.0]])}


def model_of(users: Catalogue | None = None, **settings) -> AutoencoderModel:
    tf.keras.utils.set_random_seed(0)
    recipe = RECIPES["mult_dae"].with_settings(PLAIN | settings)
    model = build_model(recipe, vocabulary_of(item_ids(ITEMS + UNTRAINED), UNTRAINED), users=users)
    assert isinstance(model, AutoencoderModel)
    generator = np.random.default_rng(0)
    for variable in model.trainable_variables:
        variable.assign_add(generator.normal(scale=0.5, size=variable.shape).astype(np.float32))
    return model


def plain_loss(model, batch) -> float:
    """Mean over the histories of the weighted sum of their items' negative log likelihoods."""
    vectors = model.item_vectors().numpy()[FIRST_ITEM : FIRST_ITEM + ITEMS]
    weights = batch.get("weight", tf.ones(batch["history"].shape)).numpy()
    totals = []
    for row, history in enumerate(batch["history"].numpy()):
        scores = vectors @ model.query(history[None, : np.count_nonzero(history)]).numpy()[0]
        log_total = np.log(np.exp(scores).sum())
        totals.append(
            sum(
                weight * (log_total - scores[item - FIRST_ITEM])
                for item, weight in zip(history, weights[row], strict=True)
                if item
            )
        )
    return float(np.mean(totals))


@pytest.mark.parametrize("weights", [{}, WEIGHTS], ids=["without weights", "with weights"])
def test_loss_is_the_multinomial_likelihood_of_the_items_among_those_with_training_interactions(weights):
    model = model_of()
    assert float(model.compute_loss(BATCH | weights)) == pytest.approx(plain_loss(model, BATCH | weights), rel=1e-4)


def test_padding_and_order_of_the_items_do_not_change_the_loss():
    model = model_of()
    expected = float(model.compute_loss(BATCH))
    padded = tf.pad(BATCH["history"], [[0, 0], [0, 3]])
    turned = tf.constant([[3, 2, 0, 0], [2, 7, 4, 5], [6, 0, 0, 0]])
    for history in (padded, turned):
        assert float(model.compute_loss({"history": history})) == pytest.approx(expected, rel=1e-5)


def test_items_are_hidden_in_training_only_and_all_are_asked_for():
    model = model_of(item_dropout=0.5)
    assert float(model.compute_loss(BATCH)) == pytest.approx(plain_loss(model, BATCH), rel=1e-4)
    losses = [float(model.compute_loss(BATCH, training=True)) for _ in range(5)]
    assert len(set(losses)) > 1
    examples = model.examples(BATCH, model.lookup(True), True)
    assert examples.targets.numpy().tolist() == [2, 3, 5, 4, 7, 2, 6]
    assert examples.rows.numpy().tolist() == [0, 0, 1, 1, 1, 1, 2]


def test_what_is_known_of_the_user_is_added_to_the_state():
    ages = Catalogue(np.array(["ann", "bob"], object), {"age": "number"}, {"age": np.array([20, 60], np.float32)})
    model = model_of(ages)
    batch = BATCH | {"user_id": tf.constant(["bob", "nobody", "ann"])}
    queries = model.examples(batch, model.lookup()).queries.numpy()
    alone = model.query(BATCH["history"]).numpy()
    assert model.user_tower is not None
    users = model.user_tower(batch["user_id"]).numpy()
    np.testing.assert_allclose(queries - alone, np.pad(users - model.user_tower.missing(), ((0, 0), (0, 1))), atol=1e-5)
    assert np.abs(users[0] - users[2]).max() > 1e-3


def test_regularisation_is_shown_apart_from_the_loss_and_trained_on():
    """It shrinks the matrices, also of items that nobody meets, and no bias."""
    model = model_of(regularization=0.5)
    free = model_of()
    assert float(model.compute_loss(BATCH)) == pytest.approx(float(free.compute_loss(BATCH)), rel=1e-6)
    model.compile(tf.keras.optimizers.SGD(0.1))
    assert model.history_embedding is not None
    before = model.history_embedding.embeddings.numpy()[FIRST_ITEM + ITEMS :]
    biases = model.item_tower.get_layer("item_bias").embeddings.numpy()[FIRST_ITEM + ITEMS :]
    model.train_step(BATCH)
    after = model.history_embedding.embeddings.numpy()[FIRST_ITEM + ITEMS :]
    np.testing.assert_allclose(after, (1 - 2 * 0.5 * 0.1) * before, rtol=1e-5)
    np.testing.assert_array_equal(model.item_tower.get_layer("item_bias").embeddings[FIRST_ITEM + ITEMS :], biases)


def test_epochs_loss_is_the_mean_over_all_histories_whatever_the_batches():
    """A long history counts as one, though it has a batch of its own; the learning rate is 0, so nothing moves."""
    rows = [[2, 3], [4, 5], [6, 7], [2, 3, 4, 5, 6, 7]]
    lengths = [len(row) for row in rows]
    items = np.concatenate(rows).astype(np.int32)
    weights = np.arange(1, len(items) + 1, dtype=np.float32)
    histories = Histories(items, np.concatenate([[0], np.cumsum(lengths)]), np.array(list("abcd"), object), weights)
    batches = TrainingHistories(histories, WindowConfig(8, 0, batch_size=3))
    model = model_of()
    model.compile(tf.keras.optimizers.SGD(0.0))
    shown = model.fit(batches.dataset(), steps_per_epoch=2, verbose=0).history["loss"]
    parts = np.split(weights, np.cumsum(lengths)[:-1])
    alone = [
        plain_loss(model, {"history": tf.constant([row]), "weight": tf.constant([part])})
        for row, part in zip(rows, parts, strict=True)
    ]
    assert shown == pytest.approx([np.mean(alone)], rel=1e-4)


@pytest.fixture(scope="module")
def clubs():
    """Users of two clubs, who take any eight of their club's ten items; items of the first are the popular ones."""
    generator = np.random.default_rng(0)
    rows = [generator.choice(10, size=8, replace=False) + (0 if user % 3 else 10) + FIRST_ITEM for user in range(90)]
    items = np.concatenate(rows).astype(np.int32)
    histories = Histories.from_rows(np.repeat(np.arange(90), 8), items, np.array([f"u{user}" for user in range(90)]))
    counts = np.bincount(items, minlength=FIRST_ITEM + 20)[FIRST_ITEM:]
    vocabulary = type(vocabulary_of(item_ids(1)))(item_ids(20), counts)
    tf.keras.utils.set_random_seed(0)
    recipe = RECIPES["mult_dae"].with_settings({"units": (16,), "max_length": 12})
    model = build_model(recipe, vocabulary)
    model.compile(tf.keras.optimizers.Adam(0.02))
    batches = TrainingHistories(histories, WindowConfig(12, 0, 15))
    model.fit(batches.dataset(), steps_per_epoch=batches.steps_per_epoch, epochs=20, verbose=0)
    return model


def scores_of(model, *histories) -> np.ndarray:
    rows = np.repeat(np.arange(len(histories)), [len(history) for history in histories])
    items = np.array([item for history in histories for item in history], np.int32) + FIRST_ITEM
    users = np.array([f"new{row}" for row in range(len(histories))], object)
    return as_scorer(model).scores(Histories.from_rows(rows, items, users))[:, FIRST_ITEM:]


def test_a_new_user_gets_the_other_items_of_the_club(clubs):
    scores = scores_of(clubs, [1, 5], [12], [18, 11, 13], [4])
    for row, club in enumerate((0, 1, 1, 0)):
        own = scores[row, 10 * club : 10 * club + 10]
        other = scores[row, 10 * (1 - club) : 20 - 10 * club]
        assert own.min() > other.max() + 1


def test_new_user_gets_the_popular_items(clubs):
    np.testing.assert_array_equal(scores_of(clubs, [])[0], clubs.vocabulary.counts)
