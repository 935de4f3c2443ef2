"""Arguments as callers give them: what is wrong is refused by name, in a line, before it fails somewhere deep."""

from collections.abc import Iterable
from numbers import Integral
from os import PathLike
from pathlib import Path

from tfrec_dl.errors import InputError


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
