"""Paths of the REST interface: versions, labels, status, metadata, and what is malformed."""

from tests.server.forms.form import Group, RestForm, refused

ONE = {"instances": [2.0]}
RESERVED = "%21%23%24%25%26%27%28%29%2A%2B%2C%2F%3A%3B%3D%3F%40%5B%5D"
OK = {"error_code": "OK", "error_message": ""}


def predicted(path: str, value: float = 3.0, name: str = "") -> RestForm:
    """A predict request that is answered."""
    return RestForm(name or path, ONE, {"predictions": [value]}, path=path)


def state(*versions: str) -> dict[str, list[object]]:
    """The status of a model whose versions answer."""
    return {"model_version_status": [{"version": each, "state": "AVAILABLE", "status": OK} for each in versions]}


def looked(path: str, answer: object, whole: bool = True) -> RestForm:
    """A GET request that is answered."""
    return RestForm(path, None, answer, path=path, method="GET", whole=whole)


def malformed(method: str, path: str) -> RestForm:
    """A request that no interface has."""
    message = {"error": f"Malformed request: {method} {path}"}
    return RestForm(f"{method} {path}", None, message, 400, path=path, method=method)


def missing(path: str, line: str, status: int = 404) -> RestForm:
    """A predict request for what is not there."""
    return refused(path if len(path) < 80 else f"{path[:60]}...", ONE, line, status, path=path)


VERSIONS = [
    predicted("/v1/models/two:predict"),
    predicted("/v1/models/two/versions/1:predict"),
    predicted("/v1/models/two/versions/2:predict"),
    predicted("/v1/models/two/versions/002:predict"),
    predicted("/v1/models/two/labels/stable:predict"),
    predicted("/v1/models/two/labels/canary:predict"),
    predicted("/V1/Models/two/Versions/1:predict"),
    predicted("/v1/models/h%61lf:predict"),
    predicted(f"/v1/models/modelname{RESERVED}:predict", name="reserved characters in the name"),
    predicted(f"/v1/models/modelname{RESERVED}/versions/123:predict", name="reserved characters and a version"),
    predicted(
        f"/v1/models/modelname{RESERVED}/labels/latest{RESERVED}:predict", name="reserved characters in name and label"
    ),
]
STATUS = [
    looked("/v1/models/half_plus_two", state("123")),
    looked("/v1/models/half_plus_two/versions/123", state("123")),
    looked("/v1/models/two", state("2", "1")),
    looked("/v1/models/two/versions/1", state("1")),
    looked("/v1/models/two/labels/stable", state("2", "1")),
    RestForm("reserved characters", None, state("123"), path=f"/v1/models/modelname{RESERVED}", method="GET"),
    RestForm(
        "reserved characters in the label",
        None,
        state("123"),
        path=f"/v1/models/modelname{RESERVED}/labels/latest{RESERVED}",
        method="GET",
    ),
    refused(
        "unknown model", None, "Could not find any versions of model foo", 404, path="/v1/models/foo", method="GET"
    ),
    refused(
        "unknown version",
        None,
        "Could not find version 9 of model half",
        404,
        path="/v1/models/half/versions/9",
        method="GET",
    ),
    refused("no name", None, "Missing model name in request.", path="/v1/models", method="GET"),
    RestForm(
        "a version that cannot be loaded",
        None,
        {"model_version_status": [{"version": "1", "state": "END", "status": {"error_code": "UNKNOWN"}}]},
        path="/v1/models/broken",
        method="GET",
        whole=False,
    ),
]
METADATA = [
    looked(
        "/v1/models/half_plus_two/metadata",
        {"model_spec": {"name": "half_plus_two", "signature_name": "", "version": "123"}},
        whole=False,
    ),
    RestForm(
        "shapes, types and methods",
        None,
        {
            "metadata": {
                "signature_def": {
                    "signature_def": {
                        "serving_default": {
                            "inputs": {
                                "x": {
                                    "dtype": "DT_FLOAT",
                                    "tensor_shape": {
                                        "dim": [{"size": "-1", "name": ""}, {"size": "1", "name": ""}],
                                        "unknown_rank": False,
                                    },
                                    "name": "x:0",
                                }
                            },
                            "method_name": "tensorflow/serving/predict",
                        },
                        "regress_x_to_y": {"method_name": "tensorflow/serving/regress"},
                        "classify_x_to_y": {"method_name": "tensorflow/serving/classify"},
                    }
                }
            }
        },
        path="/v1/models/half_plus_two/versions/123/metadata",
        method="GET",
        whole=False,
    ),
    looked("/v1/models/two/versions/1/metadata", {"model_spec": {"version": "1"}}, whole=False),
    looked("/v1/models/two/labels/canary/metadata", {"model_spec": {"version": "2"}}, whole=False),
    RestForm(
        "reserved characters in name and label of metadata",
        None,
        {"model_spec": {"version": "123"}},
        path=f"/v1/models/modelname{RESERVED}/labels/latest{RESERVED}/metadata",
        method="GET",
        whole=False,
    ),
    refused(
        "metadata of an unknown version",
        None,
        "Servable not found for request: Specific(half, 2)",
        404,
        path="/v1/models/half/versions/2/metadata",
        method="GET",
    ),
    refused(
        "metadata of an unknown model",
        None,
        "Servable not found for request: Latest(foo)",
        404,
        path="/v1/models/foo/metadata",
        method="GET",
    ),
]
NOT_THERE = [
    missing("/v1/models/foo:predict", "Servable not found for request: Latest(foo)"),
    missing("/v1/models/foo/versions/50:predict", "Servable not found for request: Specific(foo, 50)"),
    missing("/v1/models/half99:predict", "Servable not found for request: Latest(half99)"),
    missing("/v1/models/half/versions/50:predict", "Servable not found for request: Specific(half, 50)"),
    missing("/v1/models/half/labels/stable:predict", "Unrecognized servable version label: stable", 400),
    missing("/v1/models/broken:predict", "Servable not found for request: Latest(broken)"),
    missing(
        f"/v1/models/half/versions/{2**64 - 1}:predict", f"Failed to convert version: {2**64 - 1} to numeric.", 400
    ),
    missing(f"/v1/models/half/versions/{'9' * 5000}:predict", "Failed to convert version", 400),
    missing(f"/v1/models/half/versions/{2**64 - 1}:regress", "Failed to convert version", 400),
]
MALFORMED = [
    malformed("GET", "/v1/foo"),
    malformed("POST", "/v1/foo"),
    malformed("POST", "/v1/models"),
    malformed("GET", "/v1/models/foo:predict"),
    malformed("GET", "/v1/models/foo/version/50:predict"),
    malformed("POST", "/v1/models/foo/version/50:predict"),
    malformed("POST", "/v1/models/foo/version/50:regress"),
    malformed("POST", "/v1/models/foo/versions/HELLO:regress"),
    malformed("POST", "/v1/models/foo/versions/string:predict"),
    malformed("POST", "/v1/models/foo/metadata"),
    malformed("POST", "/v1/models/foo/versions/50/labels/some_label:regress"),
    malformed("POST", "/v1/models/foo/label/some_label:regress"),
    malformed("GET", "/v1/models/debug/model_name"),
    malformed("POST", "/v1/models/half:PREDICT"),
    malformed("POST", "/v1/models/half:explain"),
    malformed("PUT", "/v1/models/half:predict"),
    malformed("DELETE", "/v1/models/half"),
    malformed("GET", "/v1/models/half%0A/x"),
]

GROUPS = [
    Group("Versions and labels", "model_servers/http_rest_api_util_test.cc, g3doc/serving_config.md", VERSIONS),
    Group("Status", "model_servers/http_rest_api_handler_test.cc (GetStatus), g3doc/api_rest.md", STATUS),
    Group("Metadata", "g3doc/api_rest.md, servables/tensorflow/get_model_metadata_impl.cc", METADATA),
    Group("What is not there", "http_rest_api_handler_test.cc (PredictModelNameVersionErrors)", NOT_THERE),
    Group(
        "Malformed requests",
        "http_rest_api_handler_test.cc (UnsupportedApiCalls), model_servers/http_rest_api_util_test.cc",
        MALFORMED,
    ),
]
