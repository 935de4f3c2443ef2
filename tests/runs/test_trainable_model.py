"""What of Keras does not go together with our models is refused, with the remedy, before anything is trained."""

import numpy as np
import pytest
import tensorflow as tf

from tests.items import item_ids, vocabulary_of
from tfrec_dl.errors import InputError
from tfrec_dl.lifecycle.compare import compare
from tfrec_dl.lifecycle.train import train
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.retrieval.build import build_model
from tfrec_dl.runs.optimisers import RowSparseAdam
from tfrec_dl.runs.schedules import warm_up_and_decay
from tfrec_dl.runs.trainable_model import TrainableModel

CALLBACKS = tf.keras.callbacks
VOCABULARY = vocabulary_of(item_ids(5))
RECIPE = RECIPES["simple_rnn"].with_settings({"dimension": 4, "units": 4})


class Line(TrainableModel):
    """One trained number."""

    def __init__(self):
        super().__init__()
        self.dense = tf.keras.layers.Dense(1)

    def call(self, inputs):
        return self.dense(inputs)


def fitted(rate, *callbacks):
    model = Line()
    model.compile(RowSparseAdam(rate), "mse")
    return model.fit(np.ones((4, 1)), np.ones((4, 1)), epochs=3, verbose=0, callbacks=list(callbacks))


class Halves(CALLBACKS.Callback):
    """Sets the rate as people do it by hand."""

    def on_epoch_end(self, epoch, logs=None):
        self.model.optimizer.learning_rate.assign(0.5 * self.model.optimizer.learning_rate)


@pytest.mark.parametrize(
    "callback",
    [
        CALLBACKS.LearningRateScheduler(lambda *_: 0.0),
        CALLBACKS.ReduceLROnPlateau("loss", patience=1),
        Halves(),
    ],
    ids=["LearningRateScheduler", "ReduceLROnPlateau", "by hand"],
)
def test_rate_that_the_next_step_would_overwrite_is_refused_and_one_that_holds_is_taken(callback):
    with pytest.raises(InputError, match="sets the learning rate, which follows the schedule"):
        fitted(warm_up_and_decay(0.1, 0.1, 3), callback)
    assert len(fitted(0.1, callback).history["loss"]) == 3


@pytest.mark.parametrize(
    ("callback", "message"),
    [
        (CALLBACKS.LearningRateScheduler(lambda *_: 0.0), "LearningRateScheduler sets the learning rate"),
        (CALLBACKS.ReduceLROnPlateau("loss"), "ReduceLROnPlateau sets the learning rate"),
        (CALLBACKS.ModelCheckpoint("best.keras"), "saves whole models to 'best.keras'.* save_weights_only=True"),
    ],
)
def test_callbacks_are_refused_before_data_are_read(callback, message, source, recipe, tmp_path):
    with pytest.raises(InputError, match=message):
        train(recipe, source, tmp_path / "run", [callback])
    with pytest.raises(InputError, match=message):
        compare([recipe], source, tmp_path / "run", [callback])
    assert not (tmp_path / "run").exists()


def test_checkpoints_of_weights_are_read_by_a_model_that_is_built_alike(tmp_path):
    model, other = build_model(RECIPE, VOCABULARY), build_model(RECIPE, VOCABULARY)
    history = tf.constant([[2, 3, 0]])
    assert not np.array_equal(model.query(history), other.query(history))
    model.save_weights(tmp_path / "best.weights.h5")
    other.load_weights(tmp_path / "best.weights.h5")
    np.testing.assert_array_equal(model.query(history), other.query(history))


@pytest.mark.parametrize(
    "use",
    [
        lambda model: model.compile("adam", jit_compile=True),
        lambda model: setattr(model, "jit_compile", True),
        lambda model: tf.function(model.refuse_xla, jit_compile=True, autograph=False)(),
    ],
)
def test_jit_compile_is_refused(use):
    model = Line()
    with pytest.raises(InputError, match="jit_compile is True, but .* leave it out"):
        use(model)
    model.compile("adam", jit_compile=False)
    tf.function(model.refuse_xla)()


@pytest.mark.parametrize(
    "use",
    [
        lambda model, path: model.save(path / "model.keras"),
        lambda model, path: model.save(path / "model"),
        lambda model, path: tf.keras.models.save_model(model, path / "model.keras"),
        lambda model, path: tf.keras.models.clone_model(model),
        lambda model, path: model.get_config(),
        lambda model, path: model.to_json(),
    ],
)
def test_saving_and_copying_by_keras_name_the_remedy(use, tmp_path):
    with pytest.raises(InputError, match="RetrievalModel cannot be .*tfrec_dl.train.* save_weights"):
        use(build_model(RECIPE, VOCABULARY), tmp_path)


def test_summary_tells_the_weights_of_a_model_that_has_just_been_built():
    model, lines = build_model(RECIPE, VOCABULARY), []
    model.summary(print_fn=lambda line, **_: lines.append(line))
    count = sum(int(tf.size(variable)) for variable in model.trainable_variables)
    assert model.count_params() >= count
    assert any(f"Trainable params: {count}" in line for line in lines)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16", "float64"])
def test_other_global_precision_is_refused_with_the_setting_that_is_meant(policy, source, recipe, tmp_path):
    tf.keras.mixed_precision.set_global_policy(policy)
    try:
        for build in (
            lambda: build_model(RECIPE, VOCABULARY),
            lambda: train(recipe, source, tmp_path / "run"),
            Line,
        ):
            with pytest.raises(InputError, match=f"{policy!r}.*--set precision=mixed_bfloat16"):
                build()
    finally:
        tf.keras.mixed_precision.set_global_policy("float32")
    assert not (tmp_path / "run").exists()
