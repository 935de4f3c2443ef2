"""The REST interface beside the requests of `test_forms.py`: bytes as they are written, other paths, metrics."""

import json

import pytest

HALF = "/v1/models/half:predict"


def ask(client, body, path=HALF):
    answer = client.post(path, content=json.dumps(body))
    assert answer.headers["content-type"] == "application/json"
    return answer.status_code, answer.json()


def test_bytes_that_are_no_text_are_written_as_they_are(half):
    row = {"text": {"b64": "/+8="}, "amounts": [1, 2.5], "number": 4}
    answer = half.post(HALF, content=json.dumps({"signature_name": "several", "instances": [row]}))
    (found,) = json.loads(answer.content.decode(errors="replace"))["predictions"]
    assert (found["same_bytes"], found["total"], found["odd"]) == ({"b64": "/+8="}, 3.5, False)
    assert b'"\xff\xef!"' in answer.content  # TF Serving does the same


def test_decimals_are_written_as_tf_serving_writes_them(half):
    text = half.post(HALF, content='{"instances": [0.2, 18000000.0, 14.2469136, 1e-9]}').text
    assert json.loads(text)["predictions"] == pytest.approx([2.1, 9000002, 9.1234568, 2.0])
    assert "[2.1,\n" in text
    assert "9000002.0" in text
    assert "9.12345695" in text  # the nearest float32, in all digits


def test_long_values_are_not_repeated_whole(half):
    status, answer = ask(half, {"instances": [["x" * 100_000]]})
    assert status == 400
    assert len(answer["error"]) < 3000


def test_paths_that_tf_serving_has_not(half):
    assert half.get("/nothing").status_code == 404


def test_prometheus_reads_metrics(half):
    ask(half, {"instances": [1.0]})
    ask(half, {"instances": [1.0]}, "/v1/models/made-up:predict")
    page = half.get("/monitoring/prometheus/metrics").text
    assert "# TYPE :tensorflow:serving:request_count counter" in page
    assert ':tensorflow:serving:request_count{model_name="half",status="OK"}' in page
    assert ':tensorflow:serving:request_count{model_name="",status="NOT_FOUND"}' in page
    assert "made-up" not in page
    assert ':tensorflow:serving:request_latency_count{model_name="half",API="predict",entrypoint="REST"}' in page
