"""Classify and regress requests, which exports of ours have no signature for."""

from typing import Any, NoReturn

from tfrec_dl.server import json_requests
from tfrec_dl.server.json_errors import shown
from tfrec_dl.server.models import Models, ModelSpec
from tfrec_dl.server.statuses import Code, RequestError, invalid
from tfrec_dl.serving.names import SERVING_DEFAULT

METHODS = {"classify": "classification", "regress": "regression"}


def refuse_json(models: Models, spec: ModelSpec, body: bytes, method: str) -> NoReturn:
    """Refuses a request over REST as TF Serving does: for its body, the model, then the signature.

    Raises:
        RequestError: always.
    """
    document = json_requests.parsed(body)
    signature = json_requests.signature_name(document)
    _check_examples(document)
    refuse(models, spec, signature, method)


def refuse(models: Models, spec: ModelSpec, signature: str, method: str) -> NoReturn:
    """Refuses a request whose examples are in order.

    Args:
        models: what is served.
        spec: what is asked for.
        signature: its name; "" is TensorFlow's default.
        method: "classify" or "regress".

    Raises:
        RequestError: always.
    """
    wanted = f"tensorflow/serving/{method}"
    with models.use(spec) as version:
        name = signature or SERVING_DEFAULT
        if name not in version.signature_defs:
            raise invalid(f"No signature was found with the name: {name}")
        found = version.signature_defs[name].method_name
    if found != wanted:
        raise invalid(f"Expected {METHODS[method]} signature method_name to be {wanted}. Was: {found}")
    message = f"this server answers predict requests alone; TF Serving answers {method}."
    raise RequestError(Code.UNIMPLEMENTED, message)


def _check_examples(document: dict[str, Any]) -> None:
    if "examples" not in document:
        message = "When method is classify, key 'examples' is expected and was not found"
        raise invalid(f"JSON Value: {shown(document)} {message}")
    examples = document["examples"]
    if not isinstance(examples, list):
        raise invalid(f"JSON Value: {shown(document)} Expecting 'examples' value to be an list/array")
    if not examples:
        raise invalid(f"JSON Value: {shown(document)} 'examples' value is an empty array")
    for example in examples:
        if not isinstance(example, dict):
            raise invalid("Example must be JSON object but got JSON")
