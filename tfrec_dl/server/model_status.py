"""Answers about the state and the signatures of models."""

from collections.abc import Sequence
from typing import Any

from google.protobuf import any_pb2, json_format
from tensorflow_serving.apis import get_model_metadata_pb2, get_model_status_pb2

from tfrec_dl.server.models import Models, ModelSpec
from tfrec_dl.server.statuses import invalid, not_found

SIGNATURES = "signature_def"


def model_status(models: Models, spec: ModelSpec) -> Any:
    """Returns a `GetModelStatusResponse` for the given version, or for all. Labels are ignored, as in TF Serving.

    Raises:
        RequestError: if the model or version does not exist.
    """
    states = models.states(spec.name)
    if spec.version is not None:
        if spec.version not in states:
            raise not_found(f"Could not find version {spec.version} of model {spec.name}")
        states = {spec.version: states[spec.version]}
    if not states:
        raise not_found(f"Could not find any versions of model {spec.name}")
    response = get_model_status_pb2.GetModelStatusResponse()
    for number, each in sorted(states.items(), reverse=True):
        status = response.model_version_status.add(version=number, state=each.state)
        status.status.error_code = int(each.code)
        status.status.error_message = each.message
    return response


def model_metadata(models: Models, spec: ModelSpec, fields: Sequence[str] = (SIGNATURES,)) -> Any:
    """Returns a `GetModelMetadataResponse`.

    Raises:
        RequestError: if the model does not exist, or a field other than the signatures is requested.
    """
    if not fields:
        raise invalid("GetModelMetadataRequest must specify at least one metadata_field")
    for name in fields:
        if name != SIGNATURES:
            raise invalid(f"Metadata field {name} is not supported")
    response = get_model_metadata_pb2.GetModelMetadataResponse()
    with models.use(spec) as version:
        response.model_spec.name = version.name
        response.model_spec.version.value = version.number
        signatures = get_model_metadata_pb2.SignatureDefMap()
        for name, signature in version.signature_defs.items():
            signatures.signature_def[name].CopyFrom(signature)
    packed = any_pb2.Any()
    packed.Pack(signatures)
    response.metadata[SIGNATURES].CopyFrom(packed)
    return response


def status_json(response: Any) -> bytes:
    """Returns a `GetModelStatusResponse` in TF Serving's JSON form."""
    text: str = json_format.MessageToJson(response, indent=1, always_print_fields_with_no_presence=True)
    return text.encode() + b"\n"


def metadata_json(response: Any) -> bytes:
    """Returns a `GetModelMetadataResponse` in TF Serving's JSON form."""
    signatures = get_model_metadata_pb2.SignatureDefMap()
    response.metadata[SIGNATURES].Unpack(signatures)
    options: dict[str, Any] = {
        "indent": 1,
        "always_print_fields_with_no_presence": True,
        "preserving_proto_field_name": True,
    }
    spec, signature_map = (json_format.MessageToJson(each, **options) for each in (response.model_spec, signatures))
    return f'{{\n"model_spec":{spec},\n"metadata": {{"{SIGNATURES}": {signature_map}}}\n}}\n'.encode()
