"""Arguments as callers give them: what is wrong is refused by name, in a line, before it fails somewhere deep."""

import functools
from collections.abc import Iterable
from dataclasses import fields
from numbers import Integral
from os import PathLike
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from tfrec_dl.errors import InputError, shown
from tfrec_dl.names import closest

Configuration = TypeVar("Configuration", bound=type)


def require_type(value: object, kind: type | tuple[type, ...], name: str, remedy: str) -> None:
    """Refuses an argument of another type.

    Args:
        value: of the argument.
        kind: what it must be: a class, or a protocol that is checked at run time; or one of several.
        name: of the argument.
        remedy: what to give, as it ends the line.

    Raises:
        InputError: if it is something else.
    """
    if not isinstance(value, kind):
        raise InputError(f"{name} is of type {type(value).__name__}: {remedy}.")


def path_given(path: str | PathLike[str], name: str) -> Path:
    """The path of a file or a folder.

    Raises:
        InputError: if it is none, such as None or a frame.
    """
    require_type(path, (str, PathLike), name, "give a path")
    return Path(path)


def paths_given(paths: str | PathLike[str] | Iterable[str | PathLike[str]], name: str) -> list[Path]:
    """The paths of tables: one, or several.

    Raises:
        InputError: if they are something else, such as a frame.
    """
    if isinstance(paths, str | PathLike):
        return [Path(paths)]
    remedy = 'save it as a table, as by frame.to_parquet("clicks.parquet"), and give its path'
    require_type(paths, (list, tuple), name, remedy)
    return [path_given(path, f"a path of {name}") for path in paths]


def names_given(names: str | Iterable[str], name: str) -> tuple[str, ...]:
    """Names of columns or the like: one, or several.

    Raises:
        InputError: if they are something else.
    """
    if isinstance(names, str):
        return (names,)
    require_type(names, Iterable, name, "give a list of names")
    return tuple(names)


def require_whole(value: object, name: str, least: int = 1) -> None:
    """Refuses what is no whole number, or too small a one.

    Raises:
        InputError: if it is.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise InputError(f"{name} is {value!r:.80}, but must be a whole number of at least {least}.")


def refuses_in_a_line(cls: Configuration) -> Configuration:
    """Decorates a pydantic dataclass: what pydantic refuses is an `InputError` that names field and value."""
    own: Any = cls
    make = own.__init__

    @functools.wraps(make)
    def __init__(self: Any, *arguments: Any, **named: Any) -> None:
        try:
            make(self, *arguments, **named)
        except ValidationError as error:
            raise InputError(_line(cls, error)) from error

    own.__init__ = __init__
    return cls


def _line(cls: type, error: ValidationError) -> str:
    names = [field.name for field in fields(cls)]
    first: Any = error.errors(include_url=False)[0]
    place, *below = first["loc"] or ("",)
    name = names[place] if isinstance(place, int) and place < len(names) else str(place)
    if first["type"] == "unexpected_keyword_argument":
        return f"{cls.__name__} has no {name!r}: {closest(name, names)}"
    if first["type"].startswith("missing"):
        return f"{cls.__name__} needs {name!r}: give it."
    path = ".".join([name, *(str(part) for part in below if "[" not in str(part))])
    return f"{cls.__name__}: {path!r} is {shown(first['input'])} ({' '.join(str(first['msg']).split())})."
