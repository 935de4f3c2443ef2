"""The retrieval model over items' features: one vector both read and scored, and who competes in training."""

import numpy as np
import pytest
import tensorflow as tf

from tests.items import items_of_every_kind, vocabulary_of
from tests.retrieval.towers.towers import DIMENSION, ITEMS, UNTRAINED, small_tower
from tfrec_dl.data.histories import Histories
from tfrec_dl.data.training.cuts import WindowConfig
from tfrec_dl.data.training.windows import TrainingWindows
from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.encoders import GRU, sequence_encoder
from tfrec_dl.losses import BPR, GBCE, FullSoftmax, InBatchSoftmax, SampledSoftmax
from tfrec_dl.retrieval import model as retrieval
from tfrec_dl.retrieval.model import RetrievalModel

TRAINED_ROWS = FIRST_ITEM + ITEMS - UNTRAINED
BATCH = {
    "history": tf.constant([[2, 3, 4, 0], [5, 9, 2, 7], [6, 0, 0, 0]]),
    "next_item": tf.constant([[3, 4, 8, 0], [0, 2, 7, 6], [6, 0, 0, 0]]),
}
LOSSES = (FullSoftmax(), InBatchSoftmax(), SampledSoftmax(negatives=200), BPR(negatives=200), GBCE(negatives=200))


def model_with(loss, kind="content") -> RetrievalModel:
    tower = small_tower(kind)
    encoder = sequence_encoder(DIMENSION, GRU(units=6).states, DIMENSION)
    vocabulary = vocabulary_of(items_of_every_kind(ITEMS).ids, UNTRAINED)
    return RetrievalModel(encoder, tower, vocabulary, loss, max_length=8)


class Recording(tf.keras.layers.Layer):
    """An item tower that writes down what it is asked for."""

    def __init__(self, tower: tf.keras.layers.Layer) -> None:
        super().__init__()
        self.tower = tower
        self.asked: list[np.ndarray] = []

    def call(self, indices, training=None):
        self.asked.append(indices.numpy())
        return self.tower(indices, training=training)


@pytest.mark.parametrize(
    ("loss", "kind"),
    [*((loss, "hybrid") for loss in LOSSES), (FullSoftmax(), "content")],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_items_without_training_interactions_are_no_candidates_in_training(loss, kind):
    """Else the model would learn that nobody takes them."""
    model = model_with(loss, kind)
    model.item_tower = recording = Recording(model.item_tower)
    assert np.isfinite(float(model.compute_loss(BATCH, training=True)))
    asked = np.concatenate(recording.asked)
    assert asked.max() < TRAINED_ROWS
    if loss.name != "in_batch_softmax":
        assert set(range(FIRST_ITEM, TRAINED_ROWS)) <= set(asked.tolist())


def test_every_item_is_read_once_a_step_where_the_loss_asks_for_all():
    model = model_with(FullSoftmax())
    model.item_tower = recording = Recording(model.item_tower)
    model.compute_loss(BATCH, training=True)
    assert [asked.tolist() for asked in recording.asked] == [list(range(TRAINED_ROWS))]


@pytest.mark.parametrize("kind", ["content", "hybrid"])
def test_loss_is_the_mean_cross_entropy_of_each_target_among_the_trained_items(kind):
    model = model_with(FullSoftmax(), kind)
    vectors = model.item_vectors().numpy()
    losses = []
    for history, targets in zip(BATCH["history"].numpy(), BATCH["next_item"].numpy(), strict=True):
        embedded = vectors[history][:, :-1]
        states = model.encoder({"history": history[None], "embedded": embedded[None]}).numpy()[0]
        for state, target in zip(states, targets, strict=True):
            if target:
                scores = vectors[FIRST_ITEM:TRAINED_ROWS] @ [*state, 1.0]
                losses.append(np.log(np.exp(scores).sum()) - scores[target - FIRST_ITEM])
    assert float(model.compute_loss(BATCH)) == pytest.approx(np.mean(losses), rel=1e-4)


@pytest.mark.parametrize("kind", ["content", "hybrid"])
def test_what_is_read_of_an_item_is_its_vector_without_the_bias(kind, monkeypatch):
    model = model_with(FullSoftmax(), kind)
    tables = model.tables()
    np.testing.assert_array_equal(tables.history, tables.items[:, :-1])
    history = tf.constant([[2, 13, 12, 0], [1, 4, 0, 0]])
    encoded = model.encode(history, tf.gather(tables.history, history))
    np.testing.assert_allclose(model.query(history), encoded, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(model.states(history)[0, 2], encoded[0], rtol=1e-4, atol=1e-5)
    monkeypatch.setattr(retrieval, "ROWS", 5)
    np.testing.assert_allclose(model.item_vectors(), tables.items, rtol=1e-5, atol=1e-6)


def test_gradient_reaches_items_through_the_history_and_through_the_scores():
    """With a history of one item and another as target, both items' ids are moved, and so is every reader."""
    model = model_with(SampledSoftmax(negatives=2), "hybrid")
    with tf.GradientTape() as tape:
        loss = model.compute_loss({"history": tf.constant([[2]]), "next_item": tf.constant([[3]])}, training=True)
    variables = model.item_tower.trainable_variables
    gradients = tape.gradient(loss, variables)
    assert all(gradient is not None for gradient in gradients)
    (ids,) = (
        gradient
        for gradient, variable in zip(gradients, variables, strict=True)
        if variable.shape == (TRAINED_ROWS, DIMENSION)
    )
    assert isinstance(ids, tf.IndexedSlices)
    moved = ids.indices.numpy()[np.abs(ids.values.numpy()).max(axis=1) > 0]
    assert {2, 3} <= set(moved.tolist())


def test_model_trains_on_windows_with_users_ids_beside_them():
    """A model without a user tower reads past them."""
    users, items = np.array(["a", "b"], object), np.array([2, 3, 4, 5, 6], np.int32)
    histories = Histories.from_rows(np.array([0, 0, 0, 1, 1]), items, users)
    windows = TrainingWindows(histories, WindowConfig(4, batch_size=2), users)
    model = model_with(FullSoftmax())
    model.compile(tf.keras.optimizers.SGD(0.1))
    shown = model.fit(windows.dataset(), epochs=3, steps_per_epoch=1, verbose=0).history["loss"]
    assert shown[-1] < shown[0]
