"""The retrieval model: what its loss is made of, and what its vectors score."""

import numpy as np
import pytest
import tensorflow as tf

from tfrec_dl.data.histories import Histories
from tfrec_dl.data.training.cuts import WindowConfig
from tfrec_dl.data.training.windows import TrainingWindows
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.encoders import GRU, Caser, Encoder, MarkovPath, NextItNet, sequence_encoder
from tfrec_dl.losses import BPR, FullSoftmax, InBatchSoftmax, SampledSoftmax
from tfrec_dl.retrieval.model import RetrievalModel
from tfrec_dl.retrieval.towers.ids import id_tower

ITEMS, DIMENSION = 15, 5
BODY = GRU(units=6)


def histories_of(rows, weights=None) -> Histories:
    items = np.concatenate(rows).astype(np.int32)
    offsets = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    return Histories(items, offsets, np.array([f"u{row}" for row in range(len(rows))], dtype=object), weights)


@pytest.fixture(scope="module")
def histories() -> Histories:
    """Of very different lengths, so that batches hold very different numbers of targets."""
    generator = np.random.default_rng(0)
    rows = [generator.integers(2, ITEMS + 2, size=length) for length in (2, 2, 3, 2, 19, 2, 17, 5, 1, 2, 2)]
    weights = generator.integers(1, 6, size=sum(map(len, rows))).astype(np.float32)
    return histories_of(rows, weights)


def model_with(loss, seed=0, body: Encoder = BODY) -> RetrievalModel:
    tf.keras.utils.set_random_seed(seed)
    vocabulary = Vocabulary(
        np.array([f"i{item}" for item in range(ITEMS)], dtype=object), np.arange(ITEMS, 0, -1, dtype=np.int64)
    )
    embedding = tf.keras.layers.Embedding(vocabulary.size, DIMENSION)
    short_path = MarkovPath(vocabulary.size, DIMENSION, order=2)
    encoder = sequence_encoder(DIMENSION, body.states, DIMENSION, short_path=short_path)
    tower = id_tower(embedding, vocabulary.item_counts)
    return RetrievalModel(encoder, tower, vocabulary, loss, max_length=8, history_embedding=embedding)


class TargetsIndexAsLoss:
    """A loss whose value is known: the target's index. Counts the rows it is given."""

    name = "targets_index"

    def __init__(self) -> None:
        self.rows = tf.Variable(0, trainable=False)

    def per_target(self, queries, targets, candidates):
        self.rows.assign_add(tf.shape(queries)[0])
        return tf.cast(targets, tf.float32) + 0.0 * tf.reduce_sum(queries, axis=1)


@pytest.fixture(scope="module", params=[False, True], ids=["without weights", "with weights"])
def fitted(request, histories):
    """Two epochs in batches of very different size, and the loss that was called."""
    if not request.param:
        histories = Histories(histories.items, histories.offsets, histories.user_ids)
    windows = TrainingWindows(histories, WindowConfig(max_length=8, context=3, batch_size=3))
    loss = TargetsIndexAsLoss()
    model = model_with(loss)
    model.compile(tf.keras.optimizers.SGD(0.0))
    history = model.fit(windows.dataset(), epochs=2, steps_per_epoch=windows.steps_per_epoch, verbose=0)
    return windows, loss, history.history["loss"], histories


def test_weights_compiled_by_xla_are_those_of_the_targets_and_not_of_the_padding(histories):
    model = model_with(FullSoftmax())
    batch = next(iter(TrainingWindows(histories, WindowConfig(max_length=8, context=3, batch_size=4)).dataset()))
    states = tf.random.stateless_normal([*batch["history"].shape, DIMENSION], [0, 0])
    model.encoder = lambda inputs, training: states
    for weight in ({}, {"weight": batch["weight"]}):
        inputs = {"history": batch["history"], "next_item": batch["next_item"], **weight}
        total = tf.function(lambda inputs=inputs: model.averaged_over(model.examples(inputs, None)), jit_compile=True)
        expected = tf.cast(batch["next_item"] > 0, tf.float32) * inputs.get("weight", 1.0)
        assert float(total()) == pytest.approx(float(tf.reduce_sum(expected)))


def test_loss_shown_is_the_mean_over_the_epochs_targets(fitted):
    _, _, shown, histories = fitted
    first = histories.offsets[:-1]
    weights = None if histories.weights is None else np.delete(histories.weights, first)
    expected = np.average(np.delete(histories.items, first), weights=weights)
    assert shown == pytest.approx([expected, expected], rel=1e-5)


def test_padded_and_context_positions_never_reach_the_loss(fitted):
    windows, loss, _, histories = fitted
    targets = sum(max(length - 1, 0) for length in histories.lengths)
    assert windows.target_count == targets
    assert int(loss.rows) == 2 * targets


LOSSES = (FullSoftmax(), InBatchSoftmax(), SampledSoftmax(negatives=10), BPR(negatives=10))


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.name)
def test_extra_padding_does_not_change_the_loss(loss):
    model = model_with(loss)
    history = tf.constant([[2, 3, 4, 0], [5, 6, 7, 8]])
    following = tf.constant([[3, 4, 5, 0], [0, 7, 8, 9]])
    padded = {"history": tf.pad(history, [[0, 2], [0, 3]]), "next_item": tf.pad(following, [[0, 2], [0, 3]])}
    plain = model.compute_loss({"history": history, "next_item": following})
    assert float(model.compute_loss(padded)) == pytest.approx(float(plain), rel=1e-6)


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.name)
def test_weights_weigh_the_targets(loss):
    """Weights of 1 change nothing; a weight of 0 takes a target's own loss away."""
    model = model_with(loss)
    batch = {"history": tf.constant([[2, 3], [5, 6]]), "next_item": tf.constant([[3, 4], [6, 7]])}
    plain = float(model.compute_loss(batch))
    weighted = [
        float(model.compute_loss({**batch, "weight": tf.constant(weight, tf.float32)}))
        for weight in ([[1, 1], [1, 1]], [[2, 0], [0, 0]], [[0, 1], [0, 0]], [[0, 0], [1, 0]], [[0, 0], [0, 1]])
    ]
    assert weighted[0] == pytest.approx(plain, rel=1e-6)
    assert np.mean(weighted[1:]) == pytest.approx(plain, rel=1e-6)
    assert len(set(weighted[1:])) == 4


def test_batch_of_weight_zero_costs_nothing():
    batch = {"history": tf.constant([[2, 3]]), "next_item": tf.constant([[3, 4]]), "weight": tf.zeros([1, 2])}
    assert float(model_with(FullSoftmax()).compute_loss(batch)) == 0.0


def test_query_is_the_state_at_the_last_item():
    model = model_with(FullSoftmax())
    history = tf.constant([[2, 3, 4, 5], [6, 7, 0, 0], [8, 0, 0, 0]])
    states = model.states(history).numpy()
    np.testing.assert_array_equal(model.query(history), states[[0, 1, 2], [3, 1, 0]])
    np.testing.assert_array_equal(model({"history": history}), model.query(history))


@pytest.mark.parametrize("shape", [(2, 1), (2, 4), (2, 0), (0, 4), (0, 0)])
def test_empty_history_gives_a_finite_query(shape):
    query = model_with(FullSoftmax()).query(tf.zeros(shape, tf.int32))
    assert query.shape == (shape[0], DIMENSION + 1)
    assert np.isfinite(query).all()


@pytest.mark.parametrize("body", [Caser(window=2), NextItNet(dilations=(1, 2))])  # of convolutions
def test_no_histories_give_no_queries(body):
    model = model_with(FullSoftmax(), body=body)
    assert model.query(tf.zeros([0, 4], tf.int32)).shape[0] == model.query(tf.zeros([0, 0], tf.int32)).shape[0] == 0


def test_score_is_the_dot_product_and_the_items_bias():
    model = model_with(FullSoftmax())
    history = tf.constant([[2, 3, 4, 5]])
    vectors = model.item_vectors().numpy()
    bias = np.random.default_rng(0).normal(size=len(vectors)).astype(np.float32)
    model.item_tower.get_layer("item_bias").set_weights([bias[:, None]])
    embedded = model.history_embedding(history)
    state = model.encoder({"history": history, "embedded": embedded}).numpy()[0, -1]
    scores = model.query(history).numpy()[0] @ model.item_vectors().numpy().T
    assert vectors.shape == (ITEMS + 2, DIMENSION + 1)
    np.testing.assert_allclose(scores, vectors[:, :-1] @ state + bias, rtol=1e-5, atol=1e-6)


def test_bias_starts_at_the_log_of_the_items_share():
    """So an untrained model with silent queries recommends the popular items."""
    bias = model_with(FullSoftmax()).item_vectors().numpy()[2:, -1]
    shares = np.arange(ITEMS, 0, -1) / np.arange(ITEMS + 1).sum()
    np.testing.assert_allclose(bias, np.log(shares), rtol=1e-5)


def test_tied_table_gets_a_sparse_gradient_of_the_batchs_rows():
    model = model_with(SampledSoftmax(negatives=2))
    batch = {"history": tf.constant([[2, 3, 0]]), "next_item": tf.constant([[3, 4, 0]])}
    with tf.GradientTape() as tape:
        loss = model.compute_loss(batch, training=True)
    table = model.history_embedding.embeddings
    gradient = tape.gradient(loss, table)
    assert isinstance(gradient, tf.IndexedSlices)
    assert len(set(gradient.indices.numpy().tolist())) <= 6  # history with its padding, targets, negatives


def test_held_out_loss_is_the_mean_over_their_targets(histories):
    model = model_with(TargetsIndexAsLoss())
    model.compile(run_eagerly=True)
    windows = TrainingWindows(histories, WindowConfig(max_length=8, batch_size=3))
    shown = model.evaluate(windows.dataset(), steps=windows.steps_per_epoch, verbose=0, return_dict=True)
    weights = np.delete(histories.weights, histories.offsets[:-1])
    expected = np.average(np.delete(histories.items, histories.offsets[:-1]), weights=weights)
    assert shown["loss"] == pytest.approx(expected, rel=1e-5)
