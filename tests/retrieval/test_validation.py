import csv

import numpy as np
import pytest
import tensorflow as tf

from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.evaluate import evaluate
from tfrec_dl.metrics import NDCG, CatalogueCoverage
from tfrec_dl.retrieval.scorer import ModelScorer
from tfrec_dl.retrieval.tables import Tables
from tfrec_dl.retrieval.validation import ValidationCallback


class Model(tf.keras.Model):
    """Learns one vector an item by mean squared error; enough to change between epochs."""

    max_length = 5
    user_tower = None

    def __init__(self, vocabulary):
        super().__init__()
        self.vocabulary = vocabulary
        self.vectors = tf.keras.layers.Embedding(vocabulary.size, 4, embeddings_initializer="normal")
        self.vectors.build(None)

    def query(self, history):
        return tf.reduce_sum(self.vectors(history), axis=1)

    def encode(self, history, embedded):
        return tf.reduce_sum(embedded, axis=1)

    def tables(self):
        return Tables(self.vectors.embeddings.value(), self.vectors.embeddings.value())

    def scorer(self):
        return ModelScorer(self)

    def call(self, history):
        return tf.reduce_sum(self.query(history), axis=1, keepdims=True)


@pytest.fixture
def model(vocabulary):
    tf.keras.utils.set_random_seed(0)
    model = Model(vocabulary(30))
    model.compile("sgd", "mse")
    return model


@pytest.fixture
def validation(cases):
    rng = np.random.default_rng(0)
    return cases([list(rng.integers(2, 32, 6)) for _ in range(40)], [[item] for item in rng.integers(2, 32, 40)])


def fit(model, validation, callbacks, epochs=3):
    history = validation.histories.padded(5)
    return model.fit(history, np.ones(len(history)), epochs=epochs, verbose=0, callbacks=callbacks).history


def test_figures_of_each_epoch_are_those_of_the_model_at_its_end(model, validation):
    expected = []
    snapshot = tf.keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: expected.append(evaluate(model, validation, model.vocabulary).means())
    )
    history = fit(model, validation, [ValidationCallback(validation), snapshot])
    for name in ("ndcg@10", "hit_rate@10", "mrr@10"):
        assert history[f"val_{name}"] == [epoch[name] for epoch in expected]
    assert len(set(history["val_ndcg@10"])) > 1


def test_keras_callbacks_after_it_find_the_figures(model, validation, tmp_path):
    stop = tf.keras.callbacks.EarlyStopping("val_ndcg@10", mode="max", patience=0, min_delta=1.0)
    log = tf.keras.callbacks.CSVLogger(str(tmp_path / "history.csv"))
    best = tf.keras.callbacks.ModelCheckpoint(
        str(tmp_path / "best.weights.h5"), "val_ndcg@10", mode="max", save_best_only=True, save_weights_only=True
    )
    history = fit(model, validation, [ValidationCallback(validation), stop, log, best], epochs=9)
    assert len(history["loss"]) < 9
    with open(tmp_path / "history.csv") as file:
        logged = [float(row["val_ndcg@10"]) for row in csv.DictReader(file)]
    assert logged == history["val_ndcg@10"]
    assert (tmp_path / "best.weights.h5").exists()


def test_a_sample_of_users_is_drawn_once_and_with_the_seed(validation):
    sample = ValidationCallback(validation, max_users=10, seed=3).cases
    again = ValidationCallback(validation, max_users=10, seed=3).cases
    other = ValidationCallback(validation, max_users=10, seed=4).cases
    assert len(set(sample.histories.user_ids)) == 10
    assert sample.histories.user_ids.tolist() == sample.targets.user_ids.tolist() == again.histories.user_ids.tolist()
    assert sample.histories.user_ids.tolist() != other.histories.user_ids.tolist()
    assert ValidationCallback(validation, max_users=1000).cases is validation


def test_other_metrics_can_be_asked_for(model, validation):
    callback = ValidationCallback(validation, metrics=[NDCG(5), CatalogueCoverage(5)], keep_seen=True)
    assert set(fit(model, validation, [callback], epochs=1)) == {"loss", "val_ndcg@5", "val_coverage@5"}


def test_no_users_are_refused(validation):
    with pytest.raises(InputError, match="max_users is 0"):
        ValidationCallback(validation, max_users=0)


def test_cases_of_another_vocabulary_are_refused_before_the_first_step(model, cases):
    steps = []
    count = tf.keras.callbacks.LambdaCallback(on_train_batch_begin=lambda batch, logs: steps.append(batch))
    with pytest.raises(InputError, match="item index 40"):
        model.fit(np.ones((4, 2)), np.ones(4), verbose=0, callbacks=[ValidationCallback(cases([[2]], [[40]])), count])
    assert steps == []
