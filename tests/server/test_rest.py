"""TF Serving's REST interface: `api_rest.md`, `http_rest_api_handler_test.cc` and `json_tensor.cc`, case by case."""

import json
import math

import pytest

HALF = "/v1/models/half:predict"
DEEP = "[" * 100_000


def ask(client, body, path=HALF):
    content = body if isinstance(body, (str, bytes)) else json.dumps(body)
    answer = client.post(path, content=content)
    assert answer.headers["content-type"] == "application/json"
    return answer.status_code, answer.json()


def several(**changes):
    return {"text": "foo", "amounts": [1, 2.5], "number": 3} | changes


def kinds(**changes):
    return {"signature_name": "kinds", "inputs": {"a": [1], "b": [2], "c": [0.1], "d": [True]} | changes}


ROWS = [
    ([1.0, 2.0, 5.0], [2.5, 3.0, 4.5]),
    ([1, 2], [2.5, 3.0]),
    ([[1, 2], [3, 4]], [[2.5, 3.0], [3.5, 4.0]]),
    ([[[1, 2]], [[3, 4]]], [[[2.5, 3.0]], [[3.5, 4.0]]]),
    ([{"x": 1}, {"x": 2}], [2.5, 3.0]),
    ([{"x": [1]}, {"x": [2]}], [[2.5], [3.0]]),
    ([[]], [[]]),
    ([1e3, -1e-3], [502.0, 1.9995]),
    ([16777215], [8388609.5]),
    ([-3.4028234e38], [-1.7014117e38]),
]


@pytest.mark.parametrize(("instances", "predictions"), ROWS)
def test_rows(half, instances, predictions):
    status, answer = ask(half, {"instances": instances})
    assert status == 200
    assert list(answer) == ["predictions"]
    assert answer["predictions"] == pytest.approx(predictions) if isinstance(predictions[0], float) else predictions


COLUMNS = [
    (1.0, 2.5),
    ([1, 2], [2.5, 3.0]),
    ([], []),
    ({"x": 3}, 3.5),
    ({"x": [[1], [2]]}, [[2.5], [3.0]]),
    ({"x": [1], "unknown": 5}, [2.5]),
]


@pytest.mark.parametrize(("inputs", "outputs"), COLUMNS)
def test_columns_and_scalars(half, inputs, outputs):
    assert ask(half, {"inputs": inputs}) == (200, {"outputs": outputs})


def test_numbers_that_json_has_not(half):
    status, answer = ask(half, '{"instances": [NaN, Infinity, -Infinity]}')
    assert status == 200
    assert math.isnan(answer["predictions"][0])
    assert answer["predictions"][1:] == [math.inf, -math.inf]


def test_several_named_inputs_in_rows(half):
    instances = [several(), several(text={"b64": "/+8="}, number=4)]
    content = json.dumps({"signature_name": "several", "instances": instances})
    answer = half.post(HALF, content=content)
    one, two = json.loads(answer.content.decode(errors="replace"))["predictions"]
    assert one == {"longer": "foo!", "same_bytes": {"b64": "Zm9v"}, "total": 3.5, "next": 4, "odd": True}
    assert (two["same_bytes"], two["next"], two["odd"]) == ({"b64": "/+8="}, 5, False)
    assert b'"\xff\xef!"' in answer.content  # as they are: TF Serving writes bytes that are no UTF-8


def test_several_named_inputs_in_columns(half):
    inputs = {"text": ["a", "ü🎬"], "amounts": [[1, 2], [3, 4]], "number": [1, 2]}
    _, answer = ask(half, {"signature_name": "several", "inputs": inputs})
    assert answer["outputs"] == {
        "longer": ["a!", "ü🎬!"],
        "same_bytes": [{"b64": "YQ=="}, {"b64": "w7zwn46s"}],
        "total": [3.0, 7.0],
        "next": [2, 3],
        "odd": [True, False],
    }


def test_inputs_of_other_lengths_go_in_columns_and_come_out_so(half):
    inputs = {"few": [1], "many": [1, 2, 3]}
    assert ask(half, {"signature_name": "uneven", "inputs": inputs})[1]["outputs"] == {"few": [1], "many": [1, 2, 3]}


def test_types_are_kept(half):
    assert ask(half, kinds())[1]["outputs"] == {"a": [1], "b": [2], "c": [0.1], "d": [True]}
    # TF Serving reads small integers as int32 and cuts them.
    assert ask(half, kinds(b=[300]))[1]["outputs"]["b"] == [44]


def test_decimals_are_written_as_tf_serving_writes_them(half):
    text = half.post(HALF, content='{"instances": [0.2, 18000000.0, 14.2469136, 1e-9]}').text
    assert json.loads(text)["predictions"] == pytest.approx([2.1, 9000002, 9.1234568, 2.0])
    assert "[2.1,\n" in text
    assert "9000002.0" in text
    assert "9.12345695" in text  # the nearest float32, in all digits


@pytest.mark.parametrize(
    "text", ["Zm9v", "Zm9vYg==", "Zm9vYg", "Zm9v Yg==\n", ""], ids=["whole", "padded", "unpadded", "spaced", "empty"]
)
def test_base64_is_read_with_and_without_padding(half, text):
    status, answer = ask(half, {"signature_name": "echo", "instances": [{"b64": text}]})
    assert (status, answer["predictions"][0]) == (200, {"Zm9v": "foo", "": ""}.get(text, "foob"))


BAD = [
    ("", "JSON Parse error: The document is empty"),
    ("instances = [1, 2]", "JSON Parse error: Invalid value"),
    ('{"instances": [1]', "JSON Parse error: Missing a comma"),
    ('{"instances": [1]} 2', "must not be followed by other values"),
    ("[1, 2]", "Is not object"),
    ("3", "Is not object"),
    ('{"instances": ' + DEEP, "JSON Parse error"),
    ('{"inputs": ' + DEEP + "]" * 100_000 + "}", "JSON Parse error"),
    ('{"inputs": ' + "[" * 500 + "]" * 500 + "}", "nested"),
    ('{"inputs": ' + "9" * 5000 + "}", "JSON Parse error"),
    ('{"inputs": ' + "9" * 400 + "}", "JSON Parse error: Number too big"),
    ('{"signature_name": "echo", "inputs": "\\ud800"}', "JSON Parse error"),
    ("{}", "Missing 'inputs' or 'instances' key"),
    ({"signature_name": 100}, "'signature_name' key must be a string value"),
    ({"signature_name": "none", "instances": [1]}, 'Serving signature name: "none" not found'),
    ({"instances": [1], "inputs": [1]}, "only one of 'inputs' or 'instances'"),
    ({"instances": 1}, "Excepting 'instances' to be an list/array"),
    ({"instances": {"x": 1}}, "Excepting 'instances' to be an list/array"),
    ({"instances": []}, "No values in 'instances' array"),
    ({"instances": ["x", "y"]}, "not of expected type: float"),
    ({"instances": [True]}, "not of expected type: float"),
    ({"instances": [None]}, "not of expected type: float"),
    ({"instances": [{"b64": "Zm9v"}]}, "not of expected type: float"),
    ({"instances": [1, [2]]}, "Expecting shape [] but got: [1]"),
    ({"instances": [[1], [2, 3]]}, "Expecting tensor size: 1 but got: 2"),
    ({"instances": [[1, [2]]]}, "Encountered list at unexpected level"),
    ({"instances": [[[1], 2]]}, "found at incorrect level"),
    ({"instances": [[[1], [2, 3]]]}, "Encountered list at unexpected size: 2 at level: 1 expected size: 1"),
    ({"instances": [{"x": 1}, 2]}, "Expecting object but got list at item 1"),
    ({"instances": [1, {"x": 2}]}, "Expecting value/list but got object at item 1"),
    ({"instances": [{"y": 1}]}, "does not have named input: y"),
    ({"instances": [{"x": 1, "y": 1}]}, "Failed to process element: 0 key: y of 'instances' list"),
    ({"instances": [{}]}, "keys must be equal to: x"),
    ({"instances": [16777216]}, "to float without loss of precision"),
    ({"instances": [3.5e38]}, "to float without loss of precision"),
    ({"instances": [-3.4028235e38]}, "to float without loss of precision"),
    ({"inputs": {}}, "Missing named input: x in 'inputs' object"),
    ({"signature_name": "several", "instances": ["foo"]}, "instances is a plain list"),
    ({"signature_name": "several", "inputs": ["foo"]}, "inputs is a plain value/list"),
    ({"signature_name": "several", "instances": [{"text": "foo"}]}, "keys must be equal to: amounts,number,text"),
    ({"signature_name": "several", "instances": [several(text=3)]}, "not of expected type: string"),
    ({"signature_name": "several", "instances": [several(number=1.0)]}, "not of expected type: int64"),
    ({"signature_name": "several", "instances": [several(number=2**63)]}, "not of expected type: int64"),
    ({"signature_name": "several", "instances": [several(text={"b64": "?"})]}, "Unable to base64 decode"),
    ({"signature_name": "several", "instances": [several(text={"b64": 3})]}, "formatted correctly for base64"),
    ({"signature_name": "several", "instances": [several(), several(amounts=[1])]}, "Expecting tensor size: 2"),
    ({"signature_name": "several", "instances": [several(amounts=1)]}, "Cannot feed value of shape [1]"),
    ({"signature_name": "uneven", "inputs": {"few": 1, "many": [1]}}, "Cannot feed value of shape []"),
    (kinds(a=[2**31]), "not of expected type: int32"),
    (kinds(d=[1]), "not of expected type: bool"),
    (kinds(c=[2**53]), "to double without loss of precision"),
    ({"signature_name": "fails", "instances": [-1.0]}, "x must be above 0"),
    ({"inputs": {"x": [[1, 2], [3]]}}, "Encountered list at unexpected size"),
]


@pytest.mark.parametrize(("body", "line"), BAD, ids=[f"{str(body):.60}" for body, _ in BAD])
def test_what_cannot_be_answered_is_a_bad_request(half, body, line):
    status, answer = ask(half, body)
    assert (status, list(answer)) == (400, ["error"])
    assert line in answer["error"]
    assert len(answer["error"]) < 3000


def test_outputs_of_other_lengths_do_not_go_in_rows(half):
    # Rows cannot hold inputs of several lengths, so one that gives such outputs has to be asked for by its own rows.
    status, answer = ask(half, {"inputs": 1.0})
    assert (status, answer) == (200, {"outputs": 2.5})


def test_a_type_that_json_has_not_is_not_implemented(half):
    status, answer = ask(half, {"signature_name": "halves", "instances": [1.0]})
    assert status == 501
    assert answer["error"].endswith("to type: float16")


MALFORMED = [
    ("GET", "/v1/foo"),
    ("POST", "/v1/foo"),
    ("POST", "/v1/models"),
    ("GET", "/v1/models/debug/model_name"),
    ("GET", "/v1/models/foo:predict"),
    ("GET", "/v1/models/foo/version/50:predict"),
    ("POST", "/v1/models/foo/version/50:regress"),
    ("POST", "/v1/models/foo/versions/HELLO:regress"),
    ("POST", "/v1/models/foo/metadata"),
    ("POST", "/v1/models/foo/label/some_label:regress"),
    ("POST", "/v1/models/foo/versions/50/labels/some_label:regress"),
    ("POST", "/v1/models/half:PREDICT"),
    ("POST", "/v1/models/half:explain"),
    ("PUT", "/v1/models/half:predict"),
    ("DELETE", "/v1/models/half"),
    ("GET", "/v1/models/half%0A/x"),
]


@pytest.mark.parametrize(("method", "path"), MALFORMED)
def test_malformed_requests(half, method, path):
    answer = half.request(method, path)
    assert answer.status_code == 400
    assert answer.json() == {"error": f"Malformed request: {method} {path}"}


@pytest.mark.parametrize(
    ("path", "status", "line"),
    [
        ("/v1/models/foo:predict", 404, "Servable not found for request: Latest(foo)"),
        ("/v1/models/half/versions/50:predict", 404, "Servable not found for request: Specific(half, 50)"),
        ("/v1/models/half/labels/stable:predict", 400, "Unrecognized servable version label: stable"),
        (f"/v1/models/half/versions/{2**64}:predict", 400, f"Failed to convert version: {2**64} to numeric."),
        (f"/v1/models/half/versions/{'9' * 5000}:predict", 400, "Failed to convert version"),
        ("/v1/models/half:classify", 400, "key 'examples' is expected and was not found"),
    ],
)
def test_what_is_not_there(half, path, status, line):
    found, answer = ask(half, {"instances": [1.0]}, path)
    assert found == status
    assert line in answer["error"]


@pytest.mark.parametrize(
    "path", ["/v1/models/half:predict", "/V1/Models/half/versions/1:predict", "/v1/models/h%61lf:predict"]
)
def test_ways_to_name_a_version(half, path):
    assert ask(half, {"instances": [3.0]}, path) == (200, {"predictions": [3.5]})


@pytest.mark.parametrize("method", ["classify", "regress"])
@pytest.mark.parametrize(
    ("body", "line"),
    [
        ({"examples": [{"x": 1.0}]}, "signature method_name to be tensorflow/serving/{}. Was: tensorflow/serving/pre"),
        ({"examples": [{"x": 1.0}], "signature_name": "none"}, "No signature was found with the name: none"),
        ({"examples": []}, "'examples' value is an empty array"),
        ({"examples": {"x": 1.0}}, "Expecting 'examples' value to be an list/array"),
        ({"examples": [1.0]}, "Example must be JSON object"),
    ],
)
def test_models_without_such_signatures_neither_classify_nor_regress(half, method, body, line):
    status, answer = ask(half, body, f"/v1/models/half:{method}")
    assert status == 400
    assert line.format(method) in answer["error"]


def test_the_state_of_a_model(half):
    version = {"version": "1", "state": "AVAILABLE", "status": {"error_code": "OK", "error_message": ""}}
    for path in ("/v1/models/half", "/v1/models/half/versions/1"):
        assert half.get(path).json() == {"model_version_status": [version]}
    assert half.get("/v1/models/foo").status_code == half.get("/v1/models/half/versions/9").status_code == 404
    assert half.get("/v1/models/foo").json() == {"error": "Could not find any versions of model foo"}
    assert half.get("/v1/models").json() == {"error": "Missing model name in request."}


def test_the_signatures_of_a_model(half):
    answer = half.get("/v1/models/half/metadata").json()
    assert answer["model_spec"] == {"name": "half", "signature_name": "", "version": "1"}
    signatures = answer["metadata"]["signature_def"]["signature_def"]
    (x,) = signatures["serving_default"]["inputs"].values()
    assert (x["dtype"], x["tensor_shape"]["unknown_rank"]) == ("DT_FLOAT", True)
    assert signatures["several"]["method_name"] == "tensorflow/serving/predict"
    amounts = signatures["several"]["inputs"]["amounts"]
    assert [dim["size"] for dim in amounts["tensor_shape"]["dim"]] == ["-1", "-1"]
    assert half.get("/v1/models/half/versions/2/metadata").status_code == 404


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
