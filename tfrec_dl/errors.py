"""Error that mistakes of the caller raise."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError

LONGEST_VALUE = 80  # characters of a value that a message shows


class InputError(ValueError):
    """The caller's mistake: bad data, an unknown name, a folder that is already in use.

    The message is one line that states the value received and what to do. The command line prints it and exits with
    code 2.
    """


def first_fault(error: ValidationError) -> str:
    """The first fault that pydantic has found, in one line: the field, its value, what is wrong with it.

    Args:
        error: of pydantic.
    """
    first = error.errors(include_url=False)[0]
    field = ".".join(map(str, first["loc"]))
    message = " ".join(str(first["msg"]).split())
    if first["type"] == "missing":
        return f"the field {field!r} is missing"
    return f"{f'the field {field!r}' if field else 'it'} is {shown(first['input'])} ({message})"


def shown(value: object) -> str:
    """A value as a message shows it: in one line, cut where it is long."""
    try:
        text = repr(value)
    except RecursionError:
        return f"a {type(value).__name__} that is nested too deeply"
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}..."
