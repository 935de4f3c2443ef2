"""Everything of ours that Keras may be given is registered, and what it saves it loads."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

import tfrec_dl
from tests.items import item_ids, vocabulary_of
from tfrec_dl.encoders.encoder import ENCODERS
from tfrec_dl.lifecycle.keras_objects import keras_objects
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.retrieval.build import build_model

BASES = (
    tf.keras.layers.Layer,
    tf.keras.optimizers.Optimizer,
    tf.keras.losses.Loss,
    tf.keras.metrics.Metric,
    tf.keras.initializers.Initializer,
    tf.constant_initializer,
    tf.keras.regularizers.Regularizer,
)
VOCABULARY = vocabulary_of(item_ids(6))
FEWER = {"next_it_net": {"dilations": (1, 2)}}  # blocks than they have: all are alike


def subclasses(base):
    for cls in base.__subclasses__():
        yield cls
        yield from subclasses(cls)


def test_every_class_is_registered_under_a_name_of_its_own():
    registered = keras_objects()
    ours = {cls for base in BASES for cls in subclasses(base) if cls.__module__.startswith("tfrec_dl")}
    assert len(ours) > 40
    for cls in ours:
        assert registered.get(f"tfrec_dl>{cls.__name__}") is cls, cls
        assert registered[cls.__name__] is cls


def test_no_network_has_a_layer_that_keras_would_not_load():
    for path in Path(tfrec_dl.__file__).parent.rglob("*.py"):
        assert "layers.Lambda(" not in path.read_text(), path


@pytest.mark.parametrize("name", [encoder.name for encoder in ENCODERS.classes() if encoder.has_recipe])
def test_encoders_come_back_from_their_configuration_and_from_a_file(name, tmp_path):
    settings = {"dimension": 4, "markov_order": 2, "hashing.own_rows": 3, "item_dropout": 0.1} | FEWER.get(name, {})
    model = build_model(RECIPES[name].with_settings(settings), VOCABULARY)
    inputs = {"history": tf.constant([[2, 3, 0]]), "embedded": tf.random.stateless_normal([1, 3, 4], [0, 0])}
    expected = model.encoder(inputs)
    for again in (
        type(model.encoder).from_config(model.encoder.get_config()),
        tf.keras.models.clone_model(model.encoder),
    ):
        again.set_weights(model.encoder.get_weights())
        np.testing.assert_allclose(again(inputs), expected, rtol=1e-6)
    model.encoder.save(tmp_path / "encoder.keras")
    np.testing.assert_allclose(tf.keras.models.load_model(tmp_path / "encoder.keras")(inputs), expected, rtol=1e-6)


@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_towers_over_ids_come_back_from_a_file(ending, tmp_path):
    tower = build_model(RECIPES["simple_rnn"].with_settings({"hashing.own_rows": 3}), VOCABULARY).item_tower
    tower.save(tmp_path / f"tower{ending}")
    loaded = tf.keras.models.load_model(tmp_path / f"tower{ending}", custom_objects=keras_objects())
    indices = tf.range(2, 8)
    np.testing.assert_array_equal(loaded(indices), tower(indices))
