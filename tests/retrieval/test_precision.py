"""Encoders that compute in bfloat16: what is, what is not, and that they still learn and are served."""

import numpy as np
import pytest
import tensorflow as tf

from tests.items import item_ids, vocabulary_of
from tests.synthetic import cyclic_interactions
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.splits.leave_last_out import leave_last_out
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.evaluate import evaluate
from tfrec_dl.lifecycle.load import load
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.retrieval.build import build_model
from tfrec_dl.retrieval.fit import fit
from tfrec_dl.serving.export import export_saved_model

VOCABULARY = vocabulary_of(item_ids(30))
HISTORY = tf.constant([[2, 3, 4, 5, 0], [9, 8, 7, 6, 5]])
NAMES = ("gru", "lstm", "caser", "next_it_net")
HALF = {"precision": "mixed_bfloat16", "dimension": 16}


@pytest.mark.parametrize("name", NAMES)
def test_body_computes_in_bfloat16_and_weights_and_states_are_float32(name):
    model = build_model(RECIPES[name].with_settings(HALF | {"markov_order": 2}), VOCABULARY)
    states = model.states(HISTORY)
    assert states.dtype == tf.float32
    assert {variable.dtype for variable in model.trainable_variables} == {tf.float32}
    assert {layer.compute_dtype for layer in model.encoder.layers} >= {"bfloat16"}
    for layer in ("projection", "markov_path", "with_short_path"):
        assert model.encoder.get_layer(layer).compute_dtype == "float32"
    assert tf.keras.mixed_precision.global_policy().name == "float32"

    exact = build_model(RECIPES[name].with_settings({"dimension": 16, "markov_order": 2}), VOCABULARY)
    for variable, other in zip(exact.trainable_variables, model.trainable_variables, strict=True):
        variable.assign(other)
    np.testing.assert_allclose(states, exact.states(HISTORY), rtol=0.05, atol=0.01)


def test_it_learns_and_is_served(tmp_path):
    split = leave_last_out(Interactions.from_frame(cyclic_interactions(users=60, items=15, length=10)))
    settings = {"epochs": 6, "batch_size": 8, "learning_rate": 0.03, "max_length": 10, "loss": "sampled_softmax"}
    recipe = RECIPES["gru"].with_settings(HALF | settings)
    tf.keras.utils.set_random_seed(0)
    model = build_model(recipe, split.vocabulary)
    fit(model, split, recipe.training, verbose=0)
    assert evaluate(model, split.test, split.vocabulary).means()["ndcg@10"] > 0.9
    assert {variable.dtype for variable in model.trainable_variables} == {tf.float32}

    served = load(export_saved_model(model, tmp_path))
    history = ["item_3", "item_4", "item_5"]
    assert [item for item, _ in served.recommend([history], k=1)[0]] == ["item_6"]


def test_autoencoder_refuses_less_than_float32():
    with pytest.raises(InputError, match="precision is 'mixed_bfloat16', but an autoencoder"):
        build_model(RECIPES["mult_dae"].with_settings({"precision": "mixed_bfloat16"}), VOCABULARY)
