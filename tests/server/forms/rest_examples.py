"""Classify and regress requests over REST."""

from math import inf, nan

from tests.server.forms.form import Group, RestForm, refused

CLASSIFY, REGRESS = "/v1/models/half_plus_two:classify", "/v1/models/half_plus_two:regress"
NUMBERED = "/v1/models/half_plus_two/versions/123"
PREDICT_ONLY = "signature method_name to be tensorflow/serving/{}. Was: tensorflow/serving/predict"


def asked(name: str, signature: str, examples: object, results: object, path: str, **more: object) -> RestForm:
    """A request that is answered."""
    body = {"signature_name": signature, **more, "examples": examples}
    return RestForm(name, body, {"results": results}, path=path)


def both(name: str, body: object, line: str) -> list[RestForm]:
    """A request that both interfaces refuse."""
    return [
        refused(f"{name}, {path.rpartition(':')[2]}", body, line.format(path.rpartition(":")[2]), path=path)
        for path in (CLASSIFY, REGRESS)
    ]


ANSWERED = [
    asked("testClassifyREST", "classify_x_to_y", [{"x": 2.0}], [[["", 3.0]]], CLASSIFY),
    asked("testRegressREST", "regress_x_to_y", [{"x": 2.0}], [3.0], REGRESS),
    asked("Classify, newest version", "classify_x_to_y", [{"x": 20.0}], [[["", 12.0]]], CLASSIFY),
    asked("Classify, version by number", "classify_x_to_y", [{"x": 10.0}], [[["", 7.0]]], f"{NUMBERED}:classify"),
    asked("Regress, newest version", "regress_x_to_y", [{"x": 80.0}], [42.0], REGRESS),
    asked("Regress, version by number", "regress_x_to_y", [{"x": 80.0}], [42.0], f"{NUMBERED}:regress"),
    asked("regress in the documentation", "regress_x_to_y2", [{"x": 1.0}, {"x": 2.0}], [3.5, 4.0], REGRESS),
    asked("JsonFromRegressionResult", "flat_outputs", [{"x": -3.5}, {"x": -2.5}, {"x": -2.0}], [0.25, 0.75, 1.0], REGRESS),
    asked("WithNonFinite", "flat_outputs", [{"x": inf}, {"x": -inf}, {"x": nan}], [inf, -inf, nan], REGRESS),
    asked(
        "JsonFromClassificationResult",
        "classes_and_scores",
        [
            {"class": ["car", "bike", "bus"], "score": [0.2, 0.7, 0.1]},
            {"class": ["car", "bike", "bus"], "score": [0.7, 0.1, 0.2]},
        ],
        [[["car", 0.2], ["bike", 0.7], ["bus", 0.1]], [["car", 0.7], ["bike", 0.1], ["bus", 0.2]]],
        CLASSIFY,
    ),
    asked("a value in the place of a list", "classes_and_scores", [{"class": "a", "score": 6.0}], [[["a", 6.0]]], CLASSIFY),
    asked("base64", "classes", [{"class": ["baz", {"b64": "aGVsbG8="}]}], [[["baz", 0.0], ["hello", 0.0]]], CLASSIFY),
    asked("whole numbers and booleans", "counts", [{"count": [1, True, False]}], [[["", 1.0], ["", 1.0], ["", 0.0]]], CLASSIFY),
    asked("context", "regress_x_to_y", [{}, {}], [3.0, 3.0], REGRESS, context={"x": 2.0}),
    asked("context beside other features", "classes_and_scores", [{"score": 1.0}], [[["pizza", 1.0]]], CLASSIFY, context={"class": ["pizza"]}),
    asked("features that the graph does not read", "regress_x_to_y", [{"x": 2.0, "names": ["foo"], "age": 20}], [3.0], REGRESS),
]  # fmt: skip
REFUSED = [
    *both("signature_name is a list", {"signature_name": ["hello"], "examples": [{"x": 1.0}]}, "'signature_name' key must be a string"),
    *both("context is a list", {"context": [{"names": ["foo", "bar"]}]}, "Example must be JSON object but got JSON Array"),
    *both("examples is an object", {"examples": {"names": ["foo", "bar"]}}, "Expecting 'examples' value to be an list/array"),
    *both("an example is a list", {"examples": [[{"names": ["foo"]}]]}, "Example must be JSON object but got JSON Array"),
    *both("null", {"examples": [{"names": [10, None]}]}, "names has element with unexpected JSON type: Null"),
    *both("a decimal after a whole number", {"examples": [{"names": [10, 10.0]}]}, "feature: names expecting type: int64"),
    *both("an object", {"examples": [{"names": [10, {"test": 10}]}]}, "names has element with unexpected JSON type: Object"),
    *both("a list in a list", {"examples": [{"names": [[10], 20]}]}, "names has element with unexpected JSON type: Array"),
    *both("18446744073709551603", {"examples": [{"names": [20, 18446744073709551603]}]}, "Only int64 is supported"),
    *both("largest double", {"examples": [{"names": 1.7976931348623157e308}]}, "loss of precision"),
    *both("no examples", {"instances": [1.0]}, "key 'examples' is expected and was not found"),
    *both("empty list of examples", {"examples": []}, "'examples' value is an empty array"),
    *both("an example is a number", {"examples": [1.0]}, "Example must be JSON object but got JSON Number"),
    *both("no such signature", {"examples": [{"x": 1.0}], "signature_name": "none"}, "No signature was found with the name: none"),
    *both("a signature to predict", {"examples": [{"x": 1.0}]}, PREDICT_ONLY),
]  # fmt: skip

GROUPS = [
    Group(
        "Classify and regress",
        "http_rest_api_handler_test.cc, tensorflow_model_server_test.py, util/json_tensor_test.cc, g3doc/api_rest.md",
        ANSWERED,
    ),
    Group("Classify and regress, refused", "util/json_tensor_test.cc (JsonErrors), util/json_tensor.cc", REFUSED),
]
