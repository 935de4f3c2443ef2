"""The requests in docs/serving.md, against the export.

TF Serving's side is imitated from its source: `tensorflow_serving/util/json_tensor.cc` for REST, `Predict` for gRPC.
"""

import json
import re
from pathlib import Path

import grpc
import numpy as np
import pytest
import tensorflow as tf
from google.protobuf import text_format
from tensorflow_serving.apis import predict_pb2
from tensorflow_serving.config import model_server_config_pb2

from tests.serving.stand_in import chain_model
from tfrec_dl.serving import export_saved_model
from tfrec_dl.serving.index import FLOOR
from tfrec_dl.serving.verify import run_in_session

DOCUMENT = (Path(__file__).parents[2] / "docs" / "serving.md").read_text(encoding="utf-8")
IDS = ("318", "296", "593", "50", "527")


@pytest.fixture(scope="module")
def movies(tmp_path_factory):
    return export_saved_model(chain_model(IDS), tmp_path_factory.mktemp("document") / "gru")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", DOCUMENT, flags=re.DOTALL)


def rest_predict(version: Path, body: str) -> dict:
    """POST .../v1/models/NAME:predict of a request whose inputs are all strings."""
    request = json.loads(body)
    name = request.get("signature_name", "serving_default")
    inputs = set(tf.saved_model.load(str(version)).signatures[name].structured_input_signature[1])
    if "instances" in request:
        instances = request["instances"]
        if not isinstance(instances[0], dict):
            assert len(inputs) == 1, "a plain list needs a signature of one input"
            instances = [{next(iter(inputs)): instance} for instance in instances]
        assert all(set(instance) == inputs for instance in instances), "keys must be equal to the inputs"
        columns = {key: [instance[key] for instance in instances] for key in inputs}
    else:
        columns = request["inputs"]
        assert set(columns) == inputs
    assert all(np.array(column).dtype.kind == "U" for column in columns.values()), "one shape a column, strings only"
    arrays = {key: np.array(column, dtype=object) for key, column in columns.items()}
    (outputs,) = run_in_session(version, [(name, arrays)])
    lists = {
        key: np.char.decode(value.astype(bytes)).tolist() if value.dtype == object else value.tolist()
        for key, value in outputs.items()
    }
    if "inputs" in request:
        return {"outputs": lists if len(lists) > 1 else next(iter(lists.values()))}
    rows = [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]
    answer = {"predictions": rows if len(lists) > 1 else [next(iter(row.values())) for row in rows]}
    return json.loads(json.dumps(answer, allow_nan=False))


def bodies() -> list[str]:
    return re.findall(r"-d '(.*?)'", "".join(blocks("bash")))


def test_rest_request_for_three_users(movies):
    known, _, newcomer = rest_predict(movies, bodies()[0])["predictions"]
    assert known["item_ids"] == ["50", "527", "", "", ""]
    assert known["scores"][2:] == [FLOOR] * 3
    assert newcomer["item_ids"] == list(IDS)
    assert newcomer["scores"] == [5, 4, 3, 2, 1]


def test_rest_request_with_exclusions(movies):
    (row,) = rest_predict(movies, bodies()[1])["predictions"]
    assert row["item_ids"] == ["527", "", "", "", ""]


def test_rest_request_in_columns(movies):
    outputs = rest_predict(movies, bodies()[2])["outputs"]
    assert outputs["item_ids"] == [["593", "50", "527", "", ""]]


def test_rest_request_for_vectors(movies):
    vectors = np.array(rest_predict(movies, bodies()[3])["predictions"])
    np.testing.assert_allclose(vectors, np.eye(2, 6) + np.eye(6)[5] * [[0.5], [0.4]], rtol=1e-6)


def test_every_rest_request_of_the_document_is_tried():
    assert len(bodies()) == 4


class Channel:
    """A gRPC channel to a `PredictionService` that runs the export, without a network."""

    def __init__(self, version: Path) -> None:
        self.version = version

    def unary_unary(self, method, request_serializer, response_deserializer, **_):
        def call(request, timeout=None):
            assert method == "/tensorflow.serving.PredictionService/Predict"
            received = predict_pb2.PredictRequest.FromString(request_serializer(request))
            assert received.model_spec.name == self.version.parent.name
            inputs = {key: tf.make_ndarray(value) for key, value in received.inputs.items()}
            (outputs,) = run_in_session(self.version, [(received.model_spec.signature_name, inputs)])
            response = predict_pb2.PredictResponse()
            for key, value in outputs.items():
                response.outputs[key].CopyFrom(tf.make_tensor_proto(value))
            return response_deserializer(response.SerializeToString())

        return call


def test_grpc_program(movies, monkeypatch):
    monkeypatch.setattr(grpc, "insecure_channel", lambda _: Channel(movies))
    (program,) = [block for block in blocks("python") if "import grpc" in block]
    names: dict = {}
    exec(program, names)
    assert names["item_ids"] == ["50", "527"]
    assert names["scores"] == pytest.approx([5.2, 0.1])


def test_python_program_without_a_server(movies):
    (program,) = [block for block in blocks("python") if "load(" in block]
    call = program.replace('"saved_models/gru"', repr(str(movies.parent)))
    names: dict = {}
    exec(call.replace("recommender.recommend(", "found = recommender.recommend("), names)
    assert [[item for item, _ in row] for row in names["found"]] == [["50", "527"], list(IDS)]


def test_model_config_of_the_rollback_parses():
    (text,) = [block for block in blocks("text") if "model_config_list" in block]
    config = text_format.Parse(text, model_server_config_pb2.ModelServerConfig())
    assert list(config.model_config_list.config[0].model_version_policy.specific.versions) == [1]


@pytest.mark.parametrize("signature", ["serving_default", "recommend_excluding", "embed_history", "embed_items"])
def test_table_of_signatures_names_every_input_and_output(movies, signature):
    (row,) = re.findall(rf"^\| `{signature}` \|.*$", DOCUMENT, flags=re.MULTILINE)
    function = tf.saved_model.load(str(movies)).signatures[signature]
    assert all(f"`{name}`" in row for name in function.structured_input_signature[1])
    assert all(f"`{name}`" in row or "the same" in row for name in function.structured_outputs)
