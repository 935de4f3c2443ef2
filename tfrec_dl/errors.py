"""The error raised for mistakes of the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError

LONGEST_VALUE = 80  # characters of a value that a message shows


class InputError(ValueError):
    """A mistake of the caller, for example bad data, an unknown name or a folder that is already in use.

    The message is one line that states the received value and what to do. The command line prints it and exits with
    code 2.
    """


def first_fault(error: ValidationError) -> str:
    """Describes pydantic's first error on one line: the field, its value, and what is wrong with it.

    Args:
        error: error raised by pydantic.
    """
    first = error.errors(include_url=False)[0]
    field = ".".join(map(str, first["loc"]))
    message = " ".join(str(first["msg"]).split())
    if first["type"] == "missing":
        return f"the field {field!r} is missing"
    return f"{f'the field {field!r}' if field else 'it'} is {shown(first['input'])} ({message})"


def shown(value: object) -> str:
    """Formats a value for a message: on one line, shortened if long."""
    try:
        text = repr(value)
    except RecursionError:
        return f"a {type(value).__name__} that is nested too deeply"
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}..."
