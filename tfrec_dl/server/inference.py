"""Answers to classify, regress and multi-inference requests, after TF Serving's `classifier.cc` and `regressor.cc`."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.core.framework import types_pb2
from tensorflow_serving.apis import classification_pb2, inference_pb2, regression_pb2

from tfrec_dl.server import json_answers, json_requests
from tfrec_dl.server.examples import input_of, rows_of
from tfrec_dl.server.limits import Limits
from tfrec_dl.server.loaded_version import LoadedVersion
from tfrec_dl.server.models import Models, ModelSpec
from tfrec_dl.server.statuses import Code, RequestError, invalid
from tfrec_dl.serving.names import SERVING_DEFAULT

PREFIX = "tensorflow/serving/"
METHODS = {"classify": "classification", "regress": "regression"}


def infer_json(models: Models, spec: ModelSpec, body: bytes, method: str, limits: Limits) -> bytes:
    """Returns the answer to a REST request.

    Args:
        models: served models.
        spec: requested model.
        body: body of the request.
        method: "classify" or "regress".
        limits: limits on a request.

    Raises:
        RequestError: as in `infer`, or if the body cannot be read, or the model does not exist.
    """
    document = json_requests.parsed(body)
    signature = json_requests.signature_name(document)
    given = input_of(document)
    with models.use(spec) as version:
        result = infer(version, signature, given, method, limits)
    return json_answers.of_classes(result) if method == "classify" else json_answers.of_regressions(result)


def infer(version: LoadedVersion, signature: str, given: Any, method: str, limits: Limits) -> Any:
    """Returns a `ClassificationResult` or `RegressionResult`.

    Args:
        version: version that answers.
        signature: name of the signature; "" is TensorFlow's default.
        given: `Input` of the request.
        method: "classify" or "regress".
        limits: limits on a request.

    Raises:
        RequestError: if the signature is of another kind, there are no examples or too many, or the signature fails.
    """
    name = signature or SERVING_DEFAULT
    if name not in version.signature_defs:
        raise invalid(f"No signature was found with the name: {name}")
    _check_signature(version.signature_defs[name], method)
    return _result(version, name, rows_of(given), method, limits)


def infer_several(version: LoadedVersion, request: Any, limits: Limits) -> Any:
    """Returns a `MultiInferenceResponse`: several signatures of one model on the same examples.

    Raises:
        RequestError: as in `infer`, or if the tasks name different models, the same signature twice, or different
            inputs.
    """
    names: list[str] = []
    tensors = set()
    for task in request.tasks:
        name = task.model_spec.signature_name or SERVING_DEFAULT
        _check_task(task, version.name, name, names)
        if name not in version.signature_defs:
            raise invalid(f"Requested signature not found in model graph: {name}")
        method = task.method_name.removeprefix(PREFIX)
        if method not in METHODS or method == task.method_name:
            raise RequestError(Code.UNIMPLEMENTED, f"Unsupported signature method_name: {task.method_name}")
        definition = version.signature_defs[name]
        _check_signature(definition, method)
        names.append(name)
        tensors.add(definition.inputs["inputs"].name)
        if len(tensors) > 1:
            raise invalid("Input tensor must be the same for all Signatures.")
    rows = rows_of(request.input)
    response = inference_pb2.MultiInferenceResponse()
    for task, name in zip(request.tasks, names, strict=True):
        method = task.method_name.removeprefix(PREFIX)
        answer = response.results.add()
        fill_spec(answer.model_spec, version, name)
        getattr(answer, f"{METHODS[method]}_result").CopyFrom(_result(version, name, rows, method, limits))
    return response


def fill_spec(spec: Any, version: LoadedVersion, signature: str) -> None:
    """Records in an answer's `ModelSpec` which version and signature answered."""
    spec.name = version.name
    spec.version.value = version.number
    spec.signature_name = signature or SERVING_DEFAULT


def _check_task(task: Any, model: str, name: str, names: list[str]) -> None:
    if not task.model_spec.name:
        raise invalid("Found ModelSpec with an empty model name.")
    if task.model_spec.name != model:
        raise invalid("All ModelSpecs in a MultiInferenceRequest must access the same model name.")
    if name in names:
        raise invalid(f"Duplicate evaluation of signature: {name}")


def _check_signature(definition: Any, method: str) -> None:
    noun = METHODS[method]
    if definition.method_name != PREFIX + method:
        wanted = f"Expected {noun} signature method_name to be {PREFIX}{method}"
        raise invalid(f"{wanted}. Was: {definition.method_name}")
    if len(definition.inputs) != 1:
        raise invalid("Expected one input Tensor.")
    most = 2 if method == "classify" else 1
    if not 1 <= len(definition.outputs) <= most:
        found = f"one or two output Tensors, found {len(definition.outputs)}" if most == 2 else "one output Tensor."
        raise invalid(f"Expected {found}")
    if "inputs" not in definition.inputs:
        raise RequestError(Code.FAILED_PRECONDITION, f"No {noun} inputs found in SignatureDef: {definition}")
    if method == "regress" and "outputs" not in definition.outputs:
        raise RequestError(Code.FAILED_PRECONDITION, f"No {noun} outputs found in SignatureDef: {definition}")
    if method == "classify" and not {"classes", "scores"} & set(definition.outputs):
        message = 'Expected classification signature outputs to contain at least one of "classes" or "scores"'
        raise RequestError(Code.FAILED_PRECONDITION, f"{message}. Signature was: {definition}")


def _result(version: LoadedVersion, name: str, rows: np.ndarray, method: str, limits: Limits) -> Any:
    limits.check({"inputs": rows}, version.items)
    return _RESULTS[method](version.run(name, {"inputs": rows}), len(rows))


def _classification(found: Mapping[str, np.ndarray], rows: int) -> Any:
    for name, type_name in (("classes", "DT_STRING"), ("scores", "DT_FLOAT")):
        value = found.get(name)
        if value is None:
            continue
        if value.ndim != 2:
            raise invalid(f"Expected Tensor shape: [batch_size num_classes] but got {_shape(value)}")
        if _type(value) != type_name:
            raise invalid(f"Expected {name} Tensor of {type_name}. Got: {_type(value)}")
        if len(value) != rows:
            raise invalid(f"Expected {name} output batch size of {rows}. Got: {len(value)}")
    classes, scores = found.get("classes"), found.get("scores")
    if classes is not None and scores is not None and classes.shape != scores.shape:
        got = f"{classes.shape[1]} vs. {scores.shape[1]}"
        raise invalid(f"Tensors class and score should match in dim_size(1). Got {got}")
    width = (classes if classes is not None else scores).shape[1]  # type: ignore[union-attr]
    result = classification_pb2.ClassificationResult()
    for row in range(rows):
        answer = result.classifications.add()
        for place in range(width):
            one = answer.classes.add()
            if classes is not None:
                one.label = classes[row, place].decode("utf-8", "replace")
            if scores is not None:
                one.score = scores[row, place]
    return result


def _regression(found: Mapping[str, np.ndarray], rows: int) -> Any:
    value = found["outputs"]
    if not (value.ndim == 1 or value.ndim == 2 and value.shape[1] == 1):
        wanted = "Expected output Tensor shape to be either [batch_size] or [batch_size, 1]"
        raise invalid(f"{wanted} but got {_shape(value)}")
    if len(value) != rows:
        raise invalid(f"Input batch size did not match output batch size: {rows} vs. {len(value)}")
    if _type(value) != "DT_FLOAT":
        raise invalid(f"Expected output Tensor of DT_FLOAT.  Got: {_type(value)}")
    result = regression_pb2.RegressionResult()
    for each in value.ravel():
        result.regressions.add(value=each)
    return result


_RESULTS: dict[str, Callable[[Mapping[str, np.ndarray], int], Any]] = {
    "classify": _classification,
    "regress": _regression,
}


def _shape(value: np.ndarray) -> str:
    return "[" + ",".join(map(str, value.shape)) + "]"


def _type(value: np.ndarray) -> str:
    kind = tf.string if value.dtype == object else tf.as_dtype(value.dtype)
    return str(types_pb2.DataType.Name(kind.as_datatype_enum))
