"""`GetModelMetadata`, and `ModelService`."""

from typing import Any

from tensorflow_serving.apis import get_model_metadata_pb2, get_model_status_pb2, model_management_pb2
from tensorflow_serving.config import model_server_config_pb2

from tests.server.forms.form import Group, GrpcForm
from tests.server.forms.messages import spec

NAME, VERSION = "half_plus_two", 123
SIGNATURES = "signature_def"
AVAILABLE = get_model_status_pb2.ModelVersionStatus.AVAILABLE


def metadata(model: Any, *fields: str) -> Any:
    """A `GetModelMetadataRequest`."""
    return get_model_metadata_pb2.GetModelMetadataRequest(model_spec=model, metadata_field=fields)


def status(model: Any) -> Any:
    """A `GetModelStatusRequest`."""
    return get_model_status_pb2.GetModelStatusRequest(model_spec=model)


def available(*versions: int) -> Any:
    """A `GetModelStatusResponse` of versions that answer."""
    response = get_model_status_pb2.GetModelStatusResponse()
    for each in versions:
        response.model_version_status.add(version=each, state=AVAILABLE).status.SetInParent()
    return response


def described(name: str, model: Any, answered_by: Any, *signatures: str) -> GrpcForm:
    """A request for signatures, some of which are named."""
    return GrpcForm(name, "GetModelMetadata", metadata(model, SIGNATURES), (answered_by, signatures))


def metadata_refused(name: str, request: Any, line: str, code: str = "INVALID_ARGUMENT") -> GrpcForm:
    """A request for metadata that fails."""
    return GrpcForm(f"metadata: {name}", "GetModelMetadata", request, line, code)


def status_refused(name: str, request: Any, line: str, code: str = "INVALID_ARGUMENT") -> GrpcForm:
    """A request for a status that fails."""
    return GrpcForm(f"status: {name}", "GetModelStatus", request, line, code)


def reload(*models: tuple[str, str]) -> Any:
    """A `ReloadConfigRequest` of names and paths."""
    request = model_management_pb2.ReloadConfigRequest()
    for name, path in models:
        request.config.model_config_list.config.add(name=name, base_path=path, model_platform="tensorflow")
    return request


METADATA = [
    described(
        "ReturnsSignaturesForValidModel",
        spec(NAME, version=VERSION),
        spec(NAME, version=VERSION),
        "regress_x_to_y",
        "serving_default",
    ),
    described("newest version", spec("two"), spec("two", version=2), "classify_x_to_y"),
    described("a label", spec("two", label="stable"), spec("two", version=1), "classify_x_to_y"),
    metadata_refused("EmptyOrInvalidMetadataFieldList, empty", metadata(spec(NAME)), "at least one metadata_field"),
    metadata_refused(
        "EmptyOrInvalidMetadataFieldList, unknown", metadata(spec(NAME), "some_stuff"), "Metadata field some_stuff"
    ),
    metadata_refused("one field known, one not", metadata(spec(NAME), SIGNATURES, "other"), "Metadata field other"),
    metadata_refused("no ModelSpec", metadata(None, SIGNATURES), "Missing ModelSpec"),
    metadata_refused("empty name", metadata(spec(""), SIGNATURES), "no name specified"),
    metadata_refused("unknown model", metadata(spec("test"), SIGNATURES), "Latest(test)", "NOT_FOUND"),
    metadata_refused(
        "unknown version", metadata(spec(NAME, version=9), SIGNATURES), f"Specific({NAME}, 9)", "NOT_FOUND"
    ),
]
STATUS = [
    GrpcForm("testGetModelStatus", "GetModelStatus", status(spec(NAME)), available(VERSION)),
    GrpcForm("AllVersionsSuccess", "GetModelStatus", status(spec("two")), available(2, 1)),
    GrpcForm("SingleVersionSuccess", "GetModelStatus", status(spec("two", version=1)), available(1)),
    status_refused("MissingOrEmptyModelSpecFailure", status(None), "Missing ModelSpec"),
    status_refused("InvalidModelName, empty", status(spec("")), "Could not find any versions of model ", "NOT_FOUND"),
    status_refused(
        "InvalidModelNameFailure", status(spec("test")), "Could not find any versions of model test", "NOT_FOUND"
    ),
    status_refused(
        "InvalidModelVersionFailure", status(spec(NAME, version=9)), f"version 9 of model {NAME}", "NOT_FOUND"
    ),
]
RELOAD = [
    GrpcForm(
        "a configuration without a list of models",
        "HandleReloadConfigRequest",
        model_management_pb2.ReloadConfigRequest(),
        "Only ModelConfigList is currently supported",
        "INVALID_ARGUMENT",
    ),
    GrpcForm(
        "a configuration of another kind",
        "HandleReloadConfigRequest",
        model_management_pb2.ReloadConfigRequest(
            config=model_server_config_pb2.ModelServerConfig(custom_model_config={})
        ),
        "Only ModelConfigList is currently supported",
        "INVALID_ARGUMENT",
    ),
    GrpcForm(
        "a model twice",
        "HandleReloadConfigRequest",
        reload(("half", "/models/half"), ("half", "/models/half")),
        "Illegal to list model half multiple times in config list",
        "INVALID_ARGUMENT",
    ),
    GrpcForm(
        "a relative path",
        "HandleReloadConfigRequest",
        reload(("half", "models/half")),
        "Expected model half to have an absolute path or URI; got base_path()=models/half",
        "INVALID_ARGUMENT",
    ),
]

GROUPS = [
    Group(
        "GetModelMetadata",
        "servables/tensorflow/get_model_metadata_impl_test.cc, get_model_metadata_impl.cc",
        METADATA,
    ),
    Group("GetModelStatus", "model_servers/get_model_status_impl_test.cc, tensorflow_model_server_test.py", STATUS),
    Group("ReloadConfig", "model_servers/model_service_impl.cc, model_servers/server_core.cc", RELOAD),
]
