"""JSON of predict requests -> arrays, by the rules of TF Serving's `json_tensor.cc`."""

import base64
import binascii
import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from tfrec_dl.server.json_errors import MOST_AXES, parse_error, shown, type_error
from tfrec_dl.server.statuses import Code, RequestError, invalid

INTEGERS = {
    tf.int8: (-(2**31), 2**31 - 1),  # TF Serving checks these as int32, and cuts them
    tf.int16: (-(2**31), 2**31 - 1),
    tf.uint8: (-(2**31), 2**31 - 1),
    tf.int32: (-(2**31), 2**31 - 1),
    tf.int64: (-(2**63), 2**63 - 1),
    tf.uint32: (0, 2**32 - 1),
    tf.uint64: (0, 2**64 - 1),
}
Infos = Mapping[str, Any]  # of a signature's inputs: name -> `TensorInfo`
Read = Callable[[Any], Any]


def parsed(body: bytes) -> dict[str, Any]:
    """The object of a request.

    Bytes of texts that are no UTF-8 are kept (`surrogateescape`), as TF Serving keeps them.

    Raises:
        RequestError: if it is none.
    """
    if not body:
        raise invalid("JSON Parse error: The document is empty")
    try:
        document = json.loads(body.decode("utf-8-sig", "surrogateescape"))
    except (ValueError, RecursionError) as error:
        raise parse_error(error) from error
    if not isinstance(document, dict):
        raise invalid(f"JSON Value: {shown(document)} Is not object")
    return document


def signature_name(document: Mapping[str, Any]) -> str:
    """The signature that a request names; "" where it names none."""
    name = document.get("signature_name", "")
    if not isinstance(name, str):
        raise invalid(
            f"JSON Value: {shown(document)} not formatted correctly. 'signature_name' key must be a string value."
        )
    return name


def arrays_of(document: Mapping[str, Any], infos: Infos) -> dict[str, np.ndarray]:
    """The inputs of a predict request, in rows ("instances") or columns ("inputs").

    Raises:
        RequestError: if they are not what the signature takes.
    """
    if not infos:
        raise invalid(f"Failed to get input map for signature: {signature_name(document) or 'DEFAULT'}")
    if "instances" in document and "inputs" in document:
        raise invalid(
            f"JSON Value: {shown(document)} Not formatted correctly expecting only one of 'inputs' or 'instances' keys "
            "to exist "
        )
    try:
        if "instances" in document:
            return _of_instances(document, infos)
        if "inputs" in document:
            return _of_inputs(document["inputs"], infos)
    except RecursionError as error:
        raise invalid("JSON Parse error: Nested too deeply") from error
    raise invalid("Missing 'inputs' or 'instances' key")


def _of_instances(document: Mapping[str, Any], infos: Infos) -> dict[str, np.ndarray]:
    instances = document["instances"]
    if not isinstance(instances, list):
        raise invalid(f"JSON Value: {shown(document)} Excepting 'instances' to be an list/array")
    if not instances:
        raise invalid(f"JSON Value: {shown(document)} No values in 'instances' array")
    if not isinstance(instances[0], dict) and len(infos) > 1:
        raise invalid(
            "instances is a plain list, but expecting list of objects as multiple input tensors required as per "
            "tensorinfo_map"
        )
    if _is_object(instances[0]):
        return _stacked(_of_objects(instances, infos), infos)
    name = next(iter(infos))
    found: list[np.ndarray] = []
    for number, instance in enumerate(instances):
        if _is_object(instance):
            raise invalid(f"Expecting value/list but got object at item {number} of input list")
        found.append(_instance_tensor(instance, name, infos, found[:1], f"element: {number}"))
    return _stacked({name: found}, infos)


def _of_objects(instances: list[Any], infos: Infos) -> dict[str, list[np.ndarray]]:
    found: dict[str, list[np.ndarray]] = {name: [] for name in infos}
    for number, instance in enumerate(instances):
        if not _is_object(instance):
            raise invalid(f"Expecting object but got list at item {number} of input list")
        for name, value in instance.items():
            where = f"element: {number} key: {name}"
            found.setdefault(name, []).append(_instance_tensor(value, name, infos, found.get(name, [])[:1], where))
        if instance.keys() != infos.keys():
            raise invalid(
                f"Failed to process element: {number} of 'instances' list. JSON object: {shown(instance)} keys must be "
                f"equal to: {','.join(sorted(infos))}"
            )
    return found


def _instance_tensor(value: Any, name: str, infos: Infos, first: list[np.ndarray], where: str) -> np.ndarray:
    """One instance's tensor, of the shape that the first one's has."""
    try:
        if name not in infos:
            raise invalid(f"JSON object: does not have named input: {name}")
        found = _tensor(value, infos[name].dtype)
        if first and first[0].size != found.size:
            raise invalid(f"Expecting tensor size: {first[0].size} but got: {found.size}")
        if first and first[0].shape != found.shape:
            shapes = ["[" + ",".join(map(str, each.shape)) + "]" for each in (first[0], found)]
            raise invalid(f"Expecting shape {shapes[0]} but got: {shapes[1]}")
    except RequestError as error:
        text = f"Failed to process {where} of 'instances' list. Error: {error.code.name}: {error.message}"
        raise RequestError(error.code, text) from error
    return found


def _stacked(found: Mapping[str, list[np.ndarray]], infos: Infos) -> dict[str, np.ndarray]:
    return {name: np.stack(rows) for name, rows in found.items() if name in infos}


def _of_inputs(inputs: Any, infos: Infos) -> dict[str, np.ndarray]:
    if not _is_object(inputs):
        if len(infos) > 1:
            raise invalid(
                "inputs is a plain value/list, but expecting an object as multiple input tensors required as per "
                "tensorinfo_map"
            )
        return {name: _tensor(inputs, info.dtype) for name, info in infos.items()}
    for name in infos:
        if name not in inputs:
            raise invalid(f"Missing named input: {name} in 'inputs' object.")
    return {name: _tensor(inputs[name], info.dtype) for name, info in infos.items()}


def _tensor(value: Any, dtype: int) -> np.ndarray:
    """The array of a nested list, whose shape is that of its first elements."""
    shape: list[int] = []
    inner = value
    while isinstance(inner, list):
        shape.append(len(inner))
        if len(shape) > MOST_AXES:
            raise invalid(f"a list is nested more than {MOST_AXES} times")
        if not inner:
            break
        inner = inner[0]
    kind = tf.as_dtype(dtype)
    values: list[Any] = []
    _fill(value, 0, shape, _reader(kind), values)
    if kind in INTEGERS:
        wide = np.uint64 if kind == tf.uint64 else np.int64
        return np.array(values, wide).astype(kind.as_numpy_dtype).reshape(shape)
    found = np.empty(len(values), object if kind == tf.string else kind.as_numpy_dtype)
    found[:] = values
    return found.reshape(shape)


def _fill(value: Any, level: int, shape: list[int], read: Read, values: list[Any]) -> None:
    if not isinstance(value, list):
        if level != len(shape):
            raise invalid(
                f"JSON Value: {shown(value)} found at incorrect level: {level + 1} in the JSON DOM. Expected at level: "
                f"{len(shape)}"
            )
        values.append(read(value))
        return
    if level >= len(shape):
        raise invalid(f"Encountered list at unexpected level: {level} expected < {len(shape)}")
    if len(value) != shape[level]:
        raise invalid(
            f"Encountered list at unexpected size: {len(value)} at level: {level} expected size: {shape[level]}"
        )
    for each in value:
        _fill(each, level + 1, shape, read, values)


def _reader(dtype: tf.DType) -> Read:
    """What reads a value of a type."""
    if dtype == tf.string:
        return _text
    if dtype in (tf.float32, tf.float64):
        return lambda value: _decimal(value, dtype)
    if dtype in INTEGERS:
        return lambda value: _integer(value, dtype)
    if dtype == tf.bool:
        return _boolean

    def refuse(value: Any) -> Any:
        message = f"Conversion of JSON Value: {shown(value)} to type: {_name(dtype)}"
        raise RequestError(Code.UNIMPLEMENTED, message)

    return refuse


def _text(value: Any) -> bytes:
    if isinstance(value, dict):
        return _bytes(value)
    if not isinstance(value, str):
        raise type_error(value, "string")
    try:
        return value.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise invalid("JSON Parse error: The surrogate pair in string is invalid.") from error


def _bytes(value: dict[str, Any]) -> bytes:
    if not _is_base64(value):
        raise invalid(f"JSON Value: {shown(value)} not formatted correctly for base64 data")
    text = re.sub(r"\s", "", value["b64"]).rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise invalid("Unable to base64 decode") from error


def _decimal(value: Any, dtype: tf.DType) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise type_error(value, _name(dtype))
    digits, most = (24, float(np.finfo(np.float32).max)) if dtype == tf.float32 else (53, float(np.finfo(float).max))
    try:
        number = float(value)
    except OverflowError as error:
        raise invalid("JSON Parse error: Number too big to be stored in double.") from error
    if isinstance(value, int) and -(2**63) <= value < 2**64:
        lossless = abs(value) < 2**digits
    else:
        lossless = not math.isfinite(number) or abs(number) <= most
    if not lossless:
        what = "float" if dtype == tf.float32 else "double"
        raise invalid(f"Cannot convert JSON value: {shown(value)} to {what} without loss of precision.")
    return number


def _integer(value: Any, dtype: tf.DType) -> int:
    low, high = INTEGERS[dtype]
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise type_error(value, _name(dtype))
    return value


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise type_error(value, "bool")
    return value


def _name(dtype: tf.DType) -> str:
    return {"float32": "float", "float64": "double"}.get(dtype.name, dtype.name)


def _is_base64(value: Any) -> bool:
    return isinstance(value, dict) and list(value) == ["b64"] and isinstance(value["b64"], str)


def _is_object(value: Any) -> bool:
    return isinstance(value, dict) and not _is_base64(value)
