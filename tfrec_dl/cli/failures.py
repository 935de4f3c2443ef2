"""Conversion of errors, including those of other libraries, to the one line that the command line shows."""

import sys
from collections.abc import Iterator

from tfrec_dl.disk import disk_trouble
from tfrec_dl.errors import InputError

LONGEST = 300  # maximum number of characters of another library's message


def one_line(error: Exception) -> str | None:
    """Says what went wrong and what to do; None if the error does not come from data, disks or memory, and so is a bug.

    Args:
        error: the error that ended a command.
    """
    if isinstance(error, InputError):
        return str(error)
    trouble = disk_trouble(error)
    if trouble is not None:
        return trouble
    if isinstance(error, OSError):
        return f"{error.filename or 'input or output'}: {error.strerror or error}"
    if isinstance(error, MemoryError) or any(isinstance(error, kind) for kind in _classes("ResourceExhaustedError")):
        return (
            f"memory ran out ({_words(error)}): choose a smaller batch_size or model, fewer items, or a machine "
            "with more memory."
        )
    if isinstance(error, UnicodeError):
        return f"text that is not UTF-8 ({_words(error)}): save it as UTF-8."
    if isinstance(error, RecursionError):
        return "a file is nested too deeply to be read: it is damaged, or tfrec-dl did not write it."
    if any(isinstance(error, kind) for kind in _classes("OpError", "ArrowException")):
        return f"{type(error).__name__}: {_words(error)}"
    # Click's UsageError. Typer has had its own copy since 0.16, so it is recognized by its method, which every version
    # has.
    return error.format_message() if hasattr(error, "format_message") else None


def refuse_other_encodings(arguments: list[str]) -> None:
    """Raises InputError if an argument is not UTF-8, because none of the package's files could store it."""
    for argument in arguments:
        try:
            argument.encode()
        except UnicodeEncodeError as error:
            shown = argument.encode(errors="surrogateescape")
            raise InputError(
                f"the argument {shown!r:.200} is not UTF-8: write it in UTF-8, or rename the file."
            ) from error


def _classes(*names: str) -> Iterator[type]:
    """Yields error classes of the libraries that are loaded; others cannot have raised anything."""
    for library, place in (("tensorflow", "errors"), ("pyarrow", "")):
        module = sys.modules.get(library)
        module = getattr(module, place, None) if module and place else module
        for name in names:
            if isinstance(found := getattr(module, name, None), type):
                yield found


def _words(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text[:LONGEST] or type(error).__name__
