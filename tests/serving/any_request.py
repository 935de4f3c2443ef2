"""Requests that no client should send, and what every signature answers to them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from tfrec_dl.serving.index import LOWEST_SCORE
from tfrec_dl.serving.signature import Signature, TensorInfo

Functions = Mapping[str, Callable[..., Mapping[str, tf.Tensor]]]

NO_IDS = (b"\xff\xfe", b"x" * 10_000, b"\0\n")
UNKNOWN = (b"nobody", b"nothing", b"never")
NUMBERS = (np.nan, np.inf, -np.inf, 3e38, -3e38)
SIZES = [(0, 3), (0, 0), (2, 0), (2, 3)]  # rows, and places of each


def answers_anything(signatures: Sequence[Signature], functions: Functions, items: Sequence[str] | None = None) -> None:
    """Asserts that every signature answers every request in the shape that it promises, with finite numbers.

    Args:
        signatures: of the module that was exported.
        functions: the export's, by name.
        items: the ids of all items that it can recommend; none where the lists are not to be emptied.
    """
    for signature in signatures:
        function = functions[signature.name]
        for rows, width in SIZES:
            odd = _answer(function, signature, rows, width, NO_IDS)
            if odd is not None and all(
                info.dtype == tf.string and info.feature is None for info in signature.inputs.values()
            ):
                unknown = _answer(function, signature, rows, width, UNKNOWN) or {}
                for name in unknown.keys() - {"item_ids"}:
                    np.testing.assert_array_equal(odd[name], unknown[name], f"{signature.name}, {name}")
        lists = signature.outputs.get("item_ids")
        if items is not None and lists is not None and "N" not in lists.axes:  # those of N are the client's
            for everything in signature.inputs.keys() & {"history", "exclude"}:
                _nothing_is_left(function, signature, everything, items)


def _answer(
    function: Callable[..., Any], signature: Signature, rows: int, width: int, texts: Sequence[bytes]
) -> dict[str, np.ndarray] | None:
    """The answer; None where rules that cannot be read are refused, in one line."""
    inputs = {name: _values(info, rows, width, texts) for name, info in signature.inputs.items()}
    try:
        return _called(function, signature, inputs, rows, width)
    except tf.errors.InvalidArgumentError as error:
        assert "with_rules" in signature.name
        assert "assertion failed: [" in error.message
        return None


def _called(
    function: Callable[..., Any], signature: Signature, inputs: Mapping[str, tf.Tensor], rows: int, width: int
) -> dict[str, np.ndarray]:
    found = {name: values.numpy() for name, values in function(**inputs).items()}
    for name, info in signature.outputs.items():
        where = f"{name} of {signature.name}, {rows} rows of {width}"
        assert list(found[name].shape) == _shape(info, rows, width), where
        assert info.dtype == tf.string or np.isfinite(found[name]).all(), where
    return found


def _nothing_is_left(function: Callable[..., Any], signature: Signature, everything: str, items: Sequence[str]) -> None:
    """Where all items are in the history, or excluded, no place of a list holds one."""
    example = signature.example(2, len(items))
    inputs = {name: tf.constant(values, signature.inputs[name].dtype) for name, values in example.items()}
    inputs[everything] = tf.constant([list(items)] * 2, tf.string)
    found = _called(function, signature, inputs, 2, len(items))
    assert (found["item_ids"] == b"").all(), signature.name
    assert (found["scores"] == LOWEST_SCORE).all(), signature.name


def _values(info: TensorInfo, rows: int, width: int, texts: Sequence[bytes]) -> tf.Tensor:
    shape = _shape(info, rows, width)
    pool = texts if info.dtype == tf.string else NUMBERS if info.dtype == tf.float32 else (0, 255)
    dtype = object if info.dtype == tf.string else info.dtype.as_numpy_dtype
    return tf.constant(np.resize(np.array(pool, dtype), shape), info.dtype, shape=shape)


def _shape(info: TensorInfo, rows: int, width: int) -> list[int]:
    sizes = {"H": 5, "W": 4}
    return [
        rows if place == 0 else sizes.get(axis, width if size is None else size)
        for place, (axis, size) in enumerate(info.axes.items())
    ]
