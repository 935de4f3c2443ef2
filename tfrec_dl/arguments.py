"""Checks the arguments of public functions early, and raises one-line errors that name the argument."""

from collections.abc import Iterable
from numbers import Integral
from os import PathLike
from pathlib import Path

from tfrec_dl.errors import InputError


def require_type(value: object, kind: type | tuple[type, ...], name: str, remedy: str) -> None:
    """Refuses an argument of the wrong type.

    Args:
        value: value of the argument.
        kind: required type: a class, a protocol that can be checked at run time, or a tuple of these.
        name: name of the argument.
        remedy: what to pass instead, as the end of the message.

    Raises:
        InputError: if the value has another type.
    """
    if not isinstance(value, kind):
        raise InputError(f"{name} is of type {type(value).__name__}: {remedy}.")


def path_given(path: str | PathLike[str], name: str) -> Path:
    """Returns the path of a file or a folder.

    Raises:
        InputError: if the value is no path, for example None or a frame.
    """
    require_type(path, (str, PathLike), name, "give a path")
    return Path(path)


def paths_given(paths: str | PathLike[str] | Iterable[str | PathLike[str]], name: str) -> list[Path]:
    """Returns the paths of one or several tables.

    Raises:
        InputError: if the value is something else, such as a frame.
    """
    if isinstance(paths, str | PathLike):
        return [Path(paths)]
    remedy = 'save it as a table, for example by frame.to_parquet("clicks.parquet"), and give its path'
    require_type(paths, (list, tuple), name, remedy)
    return [path_given(path, f"a path of {name}") for path in paths]


def names_given(names: str | Iterable[str], name: str) -> tuple[str, ...]:
    """Returns one or several names, of columns for example.

    Raises:
        InputError: if the value is something else.
    """
    if isinstance(names, str):
        return (names,)
    require_type(names, Iterable, name, "give a list of names")
    return tuple(names)


def require_whole(value: object, name: str, least: int = 1) -> None:
    """Refuses a value that is not an integer, or is too small.

    Raises:
        InputError: if it is refused.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise InputError(f"{name} is {value!r:.80}, but must be a whole number of at least {least}.")
