"""A signature of one's own: one entry in a module's list, and everything else is made of it."""

import json

import numpy as np
import pytest
import tensorflow as tf

from tests.serving.paths import IN_PROCESS
from tests.serving.stand_in import chain_model
from tfrec_dl.serving.publishing import publish_module
from tfrec_dl.serving.run_saved_model import run_eagerly
from tfrec_dl.serving.signature import Signature, TensorInfo, ids, numbers
from tfrec_dl.serving.verify import verify_signatures
from tfrec_dl.serving.warm_up import WARM_UP_FILE, read_warm_up


def with_own_signature():
    """A module that can also count what it knows of a history."""
    module = chain_model().serving_module()
    count = Signature(
        "count_known",
        "Counts the known items of each history.",
        {"history": ids("B", "L", sample=module.examples), "scale": numbers("B")},
        {"known": TensorInfo(tf.float32, {"B": None})},
        lambda history, scale: {
            "known": scale * tf.reduce_sum(tf.cast(module.lookup(history) > 0, tf.float32), axis=1)
        },
    )
    offered = [*module.signatures(), count]
    module.signatures = lambda: offered
    return module


def test_a_further_signature_is_served_warmed_up_described_and_verified(tmp_path):
    module = with_own_signature()
    version = publish_module(module, tmp_path / "own")
    request = {"history": np.array([["a", "nobody", "b"], ["", "", ""]], object), "scale": np.array([2, 1], np.float32)}
    (answer,) = run_eagerly(version, [("count_known", request)])
    assert answer["known"].tolist() == [4, 0]
    warmed_up = [
        each for each in read_warm_up(version / WARM_UP_FILE) if each.model_spec.signature_name == "count_known"
    ]
    assert {tf.make_ndarray(each.inputs["history"]).shape for each in warmed_up} == {(1, 1), (1, 3), (8, 1), (8, 3)}
    card = json.loads((version / "assets.extra" / "model_card.json").read_text())["signatures"][-1]
    assert (card["name"], card["inputs"]) == ("count_known", {"history": "string [B, L]", "scale": "float32 [B]"})
    assert max(verify_signatures(module, version, IN_PROCESS).values()) == 0


@pytest.mark.parametrize(
    ("info", "example"),
    [
        (ids("B", "L", sample=("a", "b")), [["", "", ""], ["a", "b", "a"]]),  # of several the first is a new user
        (ids("N", sample=("a", "b", "c")), ["a", "b"]),
        (ids("B", "E", sample=("a", "b")), [["a"], ["a"]]),
        (numbers("B", "N"), [[1, 1, 1], [1, 1, 1]]),
        (TensorInfo(tf.float32, {"B": None, "L": None, "D": 2}, 0.5), [[[0, 0]] * 3, [[0.5, 0.5]] * 3]),
    ],
)
def test_examples_have_the_shape_and_type_of_the_input(info, example):
    values = info.example(2, 3)
    assert values.tolist() == example
    assert info.shape.is_compatible_with(values.shape)
    assert tf.constant(values, info.dtype).dtype == info.dtype
    assert info.example(1, 1).shape[0] == 1


def test_outputs_of_another_shape_than_declared_are_refused():
    double = Signature("double", "", {"x": numbers("B")}, {"y": numbers("B", "N")}, lambda x: {"y": 2 * x})
    with pytest.raises(ValueError, match="must have rank 2|rank"):
        double.concrete()
