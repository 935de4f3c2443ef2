"""Conversion between `TensorProto` messages and arrays."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from tfrec_dl.server.json_tensors import type_name
from tfrec_dl.server.statuses import invalid

LARGEST = 1 << 26  # maximum number of values per tensor, because a tiny message can declare any number of equal values
FIELDS = {
    tf.float32: "float_val",
    tf.float64: "double_val",
    tf.int8: "int_val",
    tf.int16: "int_val",
    tf.int32: "int_val",
    tf.uint8: "int_val",
    tf.int64: "int64_val",
    tf.uint32: "uint32_val",
    tf.uint64: "uint64_val",
    tf.bool: "bool_val",
    tf.string: "string_val",
}


def array_of(name: str, proto: Any) -> np.ndarray:
    """Returns the values of a message.

    Args:
        name: name of the input.
        proto: a `TensorProto`.

    Raises:
        RequestError: if it contains no readable values.
    """
    sizes = [dim.size for dim in proto.tensor_shape.dim]
    if proto.tensor_shape.unknown_rank or any(size < 0 for size in sizes) or math.prod(sizes) > LARGEST:
        raise invalid(f"tensor parsing error: {name}")
    try:
        array: np.ndarray = tf.make_ndarray(proto)
    except (TypeError, ValueError) as error:
        raise invalid(f"tensor parsing error: {name}") from error
    return array


def check_type(given: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """Rejects inputs of another type than the signature's, as a session does.

    Args:
        given: maps names to `TensorProto`.
        wanted: maps names to `TensorInfo`.

    Raises:
        RequestError: for the first such input.
    """
    for place, name in enumerate(sorted(given)):
        if name in wanted and given[name].dtype != wanted[name].dtype:
            types = [_type_name(each[name].dtype) for each in (wanted, given)]
            raise invalid(f"Expects arg[{place}] to be {types[0]} but {types[1]} is provided")


def _type_name(number: int) -> str:
    try:
        return type_name(tf.as_dtype(number))
    except TypeError:
        return "INVALID" if not number else f"unknown dtype enum ({number})"


def proto_of(array: np.ndarray) -> Any:
    """Returns a message with each value in the field for its type, as TF Serving answers."""
    dtype = tf.as_dtype(tf.string if array.dtype == object else array.dtype)
    if dtype not in FIELDS:
        return tf.make_tensor_proto(array)
    proto = tf.make_tensor_proto(np.zeros([0], dtype.as_numpy_dtype), dtype)
    proto.ClearField("tensor_content")
    proto.tensor_shape.CopyFrom(tf.TensorShape(array.shape).as_proto())
    getattr(proto, FIELDS[dtype]).extend(array.ravel().tolist())
    return proto
