"""Examples of classify and regress requests, by the rules of TF Serving's `json_tensor.cc`: JSON -> `Input` -> rows."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import input_pb2

from tfrec_dl.server.json_errors import kind_of, shown
from tfrec_dl.server.json_tensors import decimal_of, is_object, text_of
from tfrec_dl.server.statuses import invalid


def input_of(document: Mapping[str, Any]) -> Any:
    """Returns the `Input` of a request: its examples, and their context if there is one.

    Raises:
        RequestError: if the examples are invalid.
    """
    found = input_pb2.Input()
    examples = found.example_list.examples
    if "context" in document:
        with_context = found.example_list_with_context
        with_context.context.SetInParent()
        _fill(with_context.context, document["context"])
        examples = with_context.examples
    if "examples" not in document:
        message = "When method is classify, key 'examples' is expected and was not found"
        raise invalid(f"JSON Value: {shown(document)} {message}")
    given = document["examples"]
    if not isinstance(given, list):
        raise invalid(f"JSON Value: {shown(document)} Expecting 'examples' value to be an list/array")
    if not given:
        raise invalid(f"JSON Value: {shown(document)} 'examples' value is an empty array")
    for each in given:
        _fill(examples.add(), each)
    return found


def rows_of(given: Any) -> np.ndarray:
    """Returns the serialized examples, [N] bytes, each preceded by the context.

    Args:
        given: an `Input`.

    Raises:
        RequestError: if there is no example.
    """
    context = b""
    examples = given.example_list.examples
    if given.WhichOneof("kind") == "example_list_with_context":
        context = given.example_list_with_context.context.SerializeToString()
        examples = given.example_list_with_context.examples
    if not examples:
        raise invalid("Input is empty.")
    rows = np.empty(len(examples), object)
    rows[:] = [context + each.SerializeToString() for each in examples]
    return rows


def _fill(example: Any, value: Any) -> None:
    if not isinstance(value, dict):
        raise invalid(f"Example must be JSON object but got JSON {kind_of(value)}")
    for name, content in value.items():
        feature = example.features.feature[name]
        for each in content if isinstance(content, list) else [content]:
            _add(feature, name, each)


def _add(feature: Any, name: str, value: Any) -> None:
    if value is None or isinstance(value, list) or is_object(value):
        raise invalid(f"Feature: {name} has element with unexpected JSON type: {kind_of(value)}")
    if isinstance(value, (str, dict)):
        _list_of(feature, name, "bytes").append(text_of(value))
    elif isinstance(value, float) or not -(2**63) <= value < 2**64:
        values = _list_of(feature, name, "float")
        values.append(decimal_of(value, tf.float32))
    else:
        values = _list_of(feature, name, "int64")
        if value >= 2**63:
            raise invalid(f"Feature: {name} has uint64 element. Only int64 is supported.")
        values.append(int(value))


def _list_of(feature: Any, name: str, kind: str) -> Any:
    """Returns the values of a feature, all of the same kind."""
    found = feature.WhichOneof("kind")
    if found not in (None, f"{kind}_list"):
        message = f"Unexpected element type in feature: {name} expecting type: {found.removesuffix('_list')}"
        raise invalid(message)
    return getattr(feature, f"{kind}_list").value
