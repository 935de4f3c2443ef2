"""The export in processes that do not know tfrec_dl."""

import json
import os
import subprocess
import sys

import pytest

from tests.serving.content import catalogue, content_model
from tfrec_dl.serving.export import export_saved_model

SCRIPT = """
import json, sys
import numpy as np
import tensorflow as tf

version = sys.argv[1]
outputs = tf.saved_model.load(version).signatures["serving_default"](history=tf.constant([["a", "b"]]))

import keras

assert keras.__version__.startswith("3."), keras.__version__
layer = keras.layers.TFSMLayer(version, call_endpoint="serving_default")
keras_outputs = layer(tf.constant([["", "a", "b"]]))
vector = keras.layers.TFSMLayer(version, call_endpoint="embed_history")(tf.constant([["a", "b"]]))["vector"]

content = tf.saved_model.load(sys.argv[2]).signatures
vectors = content["embed_item_features"](
    the_title=tf.constant(["whale harbour"]),
    genres=tf.constant(["sea|film"]),
    year=tf.constant([1975.0]),
    cover=tf.fill([1, 9, 7, 3], tf.constant(200, tf.uint8)),
)["vectors"]
recommended = content["recommend_from_vectors"](history_vectors=vectors[:, None], exclude=tf.constant([["sea-0"]]))

assert not [name for name in sys.modules if name.startswith(("tfrec_dl", "tf_keras", "tensorflow_recommenders"))]
names = [[item.decode() for item in found["item_ids"].numpy()[0]] for found in (outputs, keras_outputs)]
answer = {"names": names, "score": float(outputs["scores"][0, 0]), "width": vector.shape[1]}
print(json.dumps({**answer, "from features": len(recommended["item_ids"][0])}))
"""


@pytest.fixture(scope="module")
def answers(version, tmp_path_factory):
    content = export_saved_model(content_model(catalogue(), "hybrid"), tmp_path_factory.mktemp("content") / "hybrid")
    environment = {key: value for key, value in os.environ.items() if key not in ("TF_USE_LEGACY_KERAS", "PYTHONPATH")}
    environment |= {"CUDA_VISIBLE_DEVICES": "-1", "KERAS_BACKEND": "tensorflow"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(version), str(content)],
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path_factory.mktemp("elsewhere"),
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.strip().splitlines()[-1])


def test_plain_tensorflow_loads_it(answers):
    assert answers["names"][0][:4] == ["c", "d", "e", 'π,"\n🎬']
    assert answers["score"] == pytest.approx(12.9)


def test_plain_tensorflow_reads_raw_features(answers):
    assert answers["from features"] == 24


def test_keras_3_runs_it_as_a_layer(answers):
    assert answers["names"][1] == answers["names"][0]
    assert answers["width"] == 7
