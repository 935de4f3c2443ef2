"""A server with its ports: clients that are slow or send too much, several at once."""

import socket

import grpc
import httpx2 as httpx
import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

from tfrec_dl.errors import InputError
from tfrec_dl.server.limits import Limits
from tfrec_dl.server.local_server import LocalServer, ServerSettings

LIMITS = Limits(body_bytes=20_000, rows=100, text_bytes=1000, cells=10_000, send_seconds=0.2)
HALF = "/v1/models/half:predict"


@pytest.fixture(scope="module")
def server(plain):
    with LocalServer(plain, ServerSettings(port=0, grpc_port=0, limits=LIMITS)) as server:
        yield server


def answers(server):
    return httpx.post(server.url + HALF, json={"instances": [1.0]}).json() == {"predictions": [2.5]}


def test_a_message_that_is_too_large_is_refused(server):
    request = predict_pb2.PredictRequest()
    request.model_spec.name = "half"
    request.inputs["x"].CopyFrom(tf.make_tensor_proto(np.zeros(10_000, np.float32)))
    with grpc.insecure_channel(server.grpc_address) as channel, pytest.raises(grpc.RpcError) as error:
        prediction_service_pb2_grpc.PredictionServiceStub(channel).Predict(request)
    assert error.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED


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
    with pytest.raises(InputError, match=f"cannot listen on port {port}"):
        LocalServer(plain, ServerSettings(port=port, grpc_port=0))
    port = int(server.grpc_address.rpartition(":")[2])
    with pytest.raises(InputError, match=f"port {port} of 127.0.0.1 is taken"):
        LocalServer(plain, ServerSettings(port=0, grpc_port=port))


def test_what_cannot_be_loaded_is_refused(tmp_path):
    (tmp_path / "half" / "1").mkdir(parents=True)
    (tmp_path / "half" / "1" / "saved_model.pb").write_bytes(b"noise")
    with pytest.raises(InputError, match="nothing in .* can be served"):
        LocalServer(tmp_path / "half", ServerSettings(port=0, grpc_port=0))
