"""Conversion of signature outputs to JSON, by the rules of TF Serving's `json_tensor.cc`."""

import base64
import json
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tfrec_dl.server.statuses import Code, RequestError, invalid

BYTES = "_bytes"  # suffix of output names whose values are bytes, not text
Write = Callable[[Any], str]


def in_rows(outputs: Mapping[str, np.ndarray]) -> bytes:
    """Returns the answer to a row-wise request: {"predictions": [...]}, one entry per row.

    Raises:
        RequestError: if an output has no rows, or outputs differ in their numbers of rows.
    """
    if not outputs:
        raise invalid("Cannot convert empty tensor map to JSON")
    rows = -1
    for name, value in outputs.items():
        if not value.ndim:
            raise invalid(f"Tensor name: {name} has no shape information ")
        if rows not in (-1, len(value)):
            raise invalid(f"Tensor name: {name} has inconsistent batch size: {len(value)} expecting: {rows}")
        rows = len(value)
    columns = {name: [_text(row, _writer(name, value)) for row in value] for name, value in outputs.items()}
    if len(columns) == 1:
        (entries,) = columns.values()
    else:
        keys = [json.dumps(name, ensure_ascii=False) for name in columns]
        entries = [
            "{" + ", ".join(f"{key}: {text}" for key, text in zip(keys, row, strict=True)) + "}"
            for row in zip(*columns.values(), strict=True)
        ]
    return _encoded('{\n    "predictions": [' + ",\n        ".join(entries) + "]\n}")


def in_columns(outputs: Mapping[str, np.ndarray]) -> bytes:
    """Returns the answer to a column-wise request: {"outputs": ...}, with a single output or an object of several."""
    if not outputs:
        raise invalid("Cannot convert empty tensor map to JSON")
    texts = {json.dumps(name): _text(value, _writer(name, value)) for name, value in outputs.items()}
    if len(texts) == 1:
        (text,) = texts.values()
    else:
        text = "{\n        " + ",\n        ".join(f"{key}: {text}" for key, text in texts.items()) + "\n    }"
    return _encoded('{\n    "outputs": ' + text + "\n}")


def of_classes(result: Any) -> bytes:
    """Returns a classify answer, {"results": [[[label, score], ...], ...]}, from a `ClassificationResult`."""
    rows = [
        "[" + ", ".join(f"[{_as_text(each.label)}, {_decimal(np.float32(each.score))}]" for each in row.classes) + "]"
        for row in result.classifications
    ]
    return _encoded('{\n    "results": [' + ", ".join(rows) + "]\n}")


def of_regressions(result: Any) -> bytes:
    """Returns the answer to a regress request, {"results": [value, ...]}, from a `RegressionResult`."""
    values = [_decimal(np.float32(each.value)) for each in result.regressions]
    return _encoded('{\n    "results": [' + ", ".join(values) + "]\n}")


def error_body(message: str) -> bytes:
    """Returns the body of an answer to a failed request."""
    return _encoded('{\n    "error": ' + json.dumps(message, ensure_ascii=False) + "\n}")


def _encoded(text: str) -> bytes:
    """Encodes text as UTF-8; bytes of a model that are not UTF-8 are kept, as in TF Serving."""
    return text.encode("utf-8", "surrogateescape") if _encodes(text) else text.encode("utf-8", "replace")


def _encodes(text: str) -> bool:
    try:
        text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


def _text(value: Any, write: Write) -> str:
    if not isinstance(value, np.ndarray):
        return write(value)
    if value.ndim == 0:
        return write(value[()])
    if value.ndim == 1:
        return "[" + ", ".join(map(write, value)) + "]"
    return "[" + ", ".join(_text(each, write) for each in value) + "]"


def _writer(name: str, value: np.ndarray) -> Write:
    """Returns the function that writes the values of an output."""
    if value.dtype == object:
        return _as_base64 if name.endswith(BYTES) else _as_text
    if value.dtype in (np.float16, np.float32, np.float64):
        return _decimal
    if value.dtype == bool:
        return lambda each: "true" if each else "false"
    if value.dtype.kind in "iu":
        return str
    raise RequestError(Code.INVALID_ARGUMENT, f"Failed to write JSON value for tensor type: {value.dtype.name}")


def _as_text(value: bytes | str) -> str:
    text = value if isinstance(value, str) else value.decode("utf-8", "surrogateescape")
    return json.dumps(text, ensure_ascii=False)


def _as_base64(value: bytes) -> str:
    return '{"b64": "' + base64.b64encode(value).decode() + '"}'


def _decimal(value: np.floating) -> str:
    """Formats a number with six digits if they identify it, otherwise with all; always with a point or an exponent."""
    number = float(value)
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    text = f"{number:.6g}"
    if type(value)(text) != value:
        text = f"{number:.17g}" if value.dtype == np.float64 else f"{number:.9g}"
    return text if "." in text or "e" in text else f"{text}.0"
