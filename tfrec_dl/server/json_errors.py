"""Error messages on unreadable JSON, in TF Serving's words."""

import json
from typing import Any

from tfrec_dl.server.statuses import RequestError, invalid

LONGEST = 500  # maximum number of characters of a value in a message
MOST_AXES = 32
KINDS = {type(None): "Null", dict: "Object", list: "Array", str: "String", int: "Number", float: "Number"}
# Maps messages of Python's module to those of RapidJSON.
SENTENCES = {
    "Expecting value": "Invalid value.",
    "Extra data": "The document root must not be followed by other values.",
    "Expecting property name enclosed in double quotes": "Missing a name for object member.",
    "Expecting ':' delimiter": "Missing a colon after a name of object member.",
    "Expecting ',' delimiter": "Missing a comma or bracket after an element.",
    "Unterminated string starting at": "Missing a closing quotation mark in string.",
    "Invalid control character at": "Invalid encoding in string.",
}


def parse_error(error: Exception) -> RequestError:
    """Returns the error for a body that is not JSON."""
    if isinstance(error, json.JSONDecodeError):
        return invalid(f"JSON Parse error: {SENTENCES.get(error.msg, error.msg)} at offset: {error.pos}")
    if isinstance(error, RecursionError):
        return invalid("JSON Parse error: Nested too deeply")
    return invalid(f"JSON Parse error: {str(error).partition(':')[0]}")  # a number with thousands of digits


def type_error(value: Any, wanted: str) -> RequestError:
    """Returns the error for a value of another type than the input's."""
    return invalid(f"JSON Value: {shown(value)} Type: {kind_of(value)} is not of expected type: {wanted}")


def kind_of(value: Any) -> str:
    """Returns RapidJSON's name for the type of a value."""
    return str(value) if isinstance(value, bool) else KINDS[type(value)]


def shown(value: Any) -> str:
    """Returns a value as JSON, truncated if it is long."""
    try:
        # Only the displayed part is written.
        pieces, length = [], 0
        for piece in json.JSONEncoder(ensure_ascii=False).iterencode(value):
            pieces.append(piece)
            length += len(piece)
            if length > LONGEST:
                break
        text = "".join(pieces)
    except (RecursionError, ValueError):
        return "..."
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
