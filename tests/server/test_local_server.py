"""A server with its ports: gRPC, clients that are slow or send too much, several at once."""

import socket

import grpc
import httpx2 as httpx
import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from tfrec_dl.errors import InputError
from tfrec_dl.server.limits import Limits
from tfrec_dl.server.local_server import LocalServer, ServerSettings

LIMITS = Limits(body_bytes=20_000, rows=100, text_bytes=1000, cells=10_000, send_seconds=0.2)
HALF = "/v1/models/half:predict"


@pytest.fixture(scope="module")
def server(plain):
    with LocalServer(plain, ServerSettings(port=0, grpc_port=0, limits=LIMITS)) as server:
        yield server


@pytest.fixture(scope="module")
def prediction(server):
    with grpc.insecure_channel(server.grpc_address) as channel:
        yield prediction_service_pb2_grpc.PredictionServiceStub(channel)


def predict_request(signature="", **inputs):
    request = predict_pb2.PredictRequest()
    request.model_spec.name = "half"
    request.model_spec.signature_name = signature
    for name, value in inputs.items():
        request.inputs[name].CopyFrom(tf.make_tensor_proto(value))
    return request


def refused(call, request):
    with pytest.raises(grpc.RpcError) as error:
        call(request)
    return error.value.code(), error.value.details()


def answers(server):
    return httpx.post(server.url + HALF, json={"instances": [1.0]}).json() == {"predictions": [2.5]}


def test_predict_over_grpc(prediction):
    response = prediction.Predict(predict_request(x=np.array([[1, 2]], np.float32)))
    assert tf.make_ndarray(response.outputs["y"]).tolist() == [[2.5, 3.0]]
    assert list(response.outputs["y"].float_val) == [2.5, 3.0]
    assert (response.model_spec.name, response.model_spec.version.value) == ("half", 1)
    assert response.model_spec.signature_name == "serving_default"


def test_every_type_over_grpc(prediction):
    inputs = {"a": np.array([1], np.int32), "b": np.array([2], np.uint8), "c": np.array([0.1]), "d": [True]}
    response = prediction.Predict(predict_request("kinds", **inputs))
    assert {name: tf.make_ndarray(each).tolist() for name, each in response.outputs.items()} == {
        "a": [1],
        "b": [2],
        "c": [0.1],
        "d": [True],
    }
    response = prediction.Predict(predict_request("echo", text=[b"\xff", b""]))
    assert list(response.outputs["text"].string_val) == [b"\xff", b""]


def test_outputs_that_are_asked_for(prediction):
    request = predict_request("uneven", few=np.float32([1]), many=np.float32([1, 2]))
    request.output_filter.append("many")
    assert list(prediction.Predict(request).outputs) == ["many"]
    request.output_filter.append("many")
    assert "duplicate output" in refused(prediction.Predict, request)[1]
    request.output_filter[:] = ["none"]
    assert "output tensor alias not found" in refused(prediction.Predict, request)[1]


def test_what_is_refused_over_grpc(prediction):
    request = predict_request(x=np.float32(1))
    request.model_spec.name = "foo"
    assert refused(prediction.Predict, request) == (
        grpc.StatusCode.NOT_FOUND,
        "Servable not found for request: Latest(foo)",
    )
    request.model_spec.name = ""
    assert refused(prediction.Predict, request)[1] == "ModelSpec has no name specified."
    request = predict_request(x=np.float32(1))
    request.model_spec.version_label = "stable"
    assert refused(prediction.Predict, request)[0] == grpc.StatusCode.INVALID_ARGUMENT
    assert refused(prediction.Predict, predict_request("none"))[0] == grpc.StatusCode.FAILED_PRECONDITION
    bad = [predict_request(), predict_request(y=np.float32(1)), predict_request(x=["1"])]
    huge = predict_request(x=np.float32(1))
    huge.inputs["x"].tensor_shape.CopyFrom(tf.TensorShape([2**30]).as_proto())
    torn = predict_request(x=np.float32(1))
    torn.inputs["x"].tensor_content = b"abc"
    for request in (*bad, huge, torn):
        assert refused(prediction.Predict, request)[0] == grpc.StatusCode.INVALID_ARGUMENT
    classify = classification_pb2.ClassificationRequest()
    classify.model_spec.name = "half"
    assert "Expected classification signature" in refused(prediction.Classify, classify)[1]
    large = predict_request(x=np.zeros(10_000, np.float32))
    assert refused(prediction.Predict, large)[0] == grpc.StatusCode.RESOURCE_EXHAUSTED


def test_questions_about_a_model_over_grpc(server, prediction):
    request = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=["signature_def"])
    request.model_spec.name = "half"
    response = prediction.GetModelMetadata(request)
    signatures = get_model_metadata_pb2.SignatureDefMap()
    response.metadata["signature_def"].Unpack(signatures)
    assert "several" in signatures.signature_def
    request.metadata_field[:] = ["other"]
    assert refused(prediction.GetModelMetadata, request)[1] == "Metadata field other is not supported"
    with grpc.insecure_channel(server.grpc_address) as channel:
        service = model_service_pb2_grpc.ModelServiceStub(channel)
        request = get_model_status_pb2.GetModelStatusRequest()
        assert refused(service.GetModelStatus, request)[1] == "Missing ModelSpec"
        request.model_spec.name = "half"
        (status,) = service.GetModelStatus(request).model_version_status
        assert (status.version, status.state) == (1, get_model_status_pb2.ModelVersionStatus.AVAILABLE)


@pytest.mark.parametrize(
    ("body", "status", "line"),
    [
        (b"x" * 20_001, 413, "more than 20000 bytes"),
        (b"x" * 300_000, 413, "more than 20000 bytes"),
        (b'{"instances": [' + b"1," * 100 + b"1]}", 400, "has 101 rows"),
        (b'{"signature_name": "echo", "instances": ["' + b"x" * 1001 + b'"]}', 400, "a text has 1001 bytes"),
        (b'{"inputs": {"x": [[' + b"1," * 200 + b"1]]}}", 400, "1 rows of 201 places"),
    ],
)
def test_too_large_requests(server, body, status, line):
    answer = httpx.post(server.url + HALF, content=body)
    assert answer.status_code == status
    assert line in answer.json()["error"]
    assert answers(server)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"", b""),
        (b"POST /v1/models/half:pre", b""),
        (b"POST /v1/models/half:predict HTTP/1.1\r\nHost: x\r\n", b""),
        (b"POST /v1/models/half:predict HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{", b"HTTP/1.1 408"),
        (b"noise\r\n\r\n", b"HTTP/1.1 400"),
    ],
    ids=["nothing", "half a line", "half a head", "half a body", "noise"],
)
def test_slow_clients_are_left(server, sent, status):
    host, _, port = server.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as client:
        client.sendall(sent)
        received = b"".join(iter(lambda: client.recv(4096), b""))  # until the server hangs up
    assert received.startswith(status) if status else not received
    assert answers(server)


def test_a_connection_is_kept_for_further_requests(server):
    with httpx.Client(base_url=server.url) as client:
        for _ in range(3):
            assert client.post(HALF, json={"instances": [1.0]}).json() == {"predictions": [2.5]}


def test_a_port_that_is_taken_is_refused(server, plain):
    port = int(server.url.rpartition(":")[2])
    with pytest.raises(InputError, match=f"cannot listen at port {port}"):
        LocalServer(plain, ServerSettings(port=port, grpc_port=0))
    port = int(server.grpc_address.rpartition(":")[2])
    with pytest.raises(InputError, match=f"port {port} of 127.0.0.1 is taken"):
        LocalServer(plain, ServerSettings(port=0, grpc_port=port))


def test_what_cannot_be_loaded_is_refused(tmp_path):
    (tmp_path / "half" / "1").mkdir(parents=True)
    (tmp_path / "half" / "1" / "saved_model.pb").write_bytes(b"noise")
    with pytest.raises(InputError, match="nothing in .* can be served"):
        LocalServer(tmp_path / "half", ServerSettings(port=0, grpc_port=0))
