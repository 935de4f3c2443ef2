"""Conversion of a JSON value to an array of a given type, by the rules of TF Serving's `json_tensor.cc`."""

import base64
import binascii
import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from tfrec_dl.server.json_errors import MOST_AXES, shown, type_error
from tfrec_dl.server.statuses import Code, RequestError, invalid

INTEGERS = {
    tf.int8: (-(2**31), 2**31 - 1),  # TF Serving checks these as int32, and truncates them
    tf.int16: (-(2**31), 2**31 - 1),
    tf.uint8: (-(2**31), 2**31 - 1),
    tf.int32: (-(2**31), 2**31 - 1),
    tf.int64: (-(2**63), 2**63 - 1),
    tf.uint32: (0, 2**32 - 1),
    tf.uint64: (0, 2**64 - 1),
}
Read = Callable[[Any], Any]


def tensor_of(value: Any, dtype: int) -> np.ndarray:
    """Converts a nested list to an array, whose shape is that of the first elements.

    Args:
        value: parsed JSON value.
        dtype: number of a TensorFlow type.

    Raises:
        RequestError: if the list is ragged, or contains a value that the type cannot represent.
    """
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
    """Returns the function that reads a value of a type."""
    if dtype == tf.string:
        return text_of
    if dtype in (tf.float32, tf.float64):
        return lambda value: decimal_of(value, dtype)
    if dtype in INTEGERS:
        return lambda value: _integer(value, dtype)
    if dtype == tf.bool:
        return _boolean

    def refuse(value: Any) -> Any:
        message = f"Conversion of JSON Value: {shown(value)} to type: {type_name(dtype)}"
        raise RequestError(Code.UNIMPLEMENTED, message)

    return refuse


def text_of(value: Any) -> bytes:
    """Returns the bytes of a text, or of {"b64": ...}."""
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


def decimal_of(value: Any, dtype: tf.DType) -> float:
    """Returns a number that the type can represent."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise type_error(value, type_name(dtype))
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
        raise type_error(value, type_name(dtype))
    return value


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise type_error(value, "bool")
    return value


def type_name(dtype: tf.DType) -> str:
    """Returns TensorFlow's name for a type in messages."""
    return {"float32": "float", "float64": "double"}.get(dtype.name, dtype.name)


def _is_base64(value: Any) -> bool:
    return isinstance(value, dict) and list(value) == ["b64"] and isinstance(value["b64"], str)


def is_object(value: Any) -> bool:
    """Whether a value is a JSON object other than {"b64": ...}, the form of bytes."""
    return isinstance(value, dict) and not _is_base64(value)
