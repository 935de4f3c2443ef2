"""Explains errors of a full or unwritable disk, whichever library raises them."""

import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tfrec_dl.errors import InputError

FULL = {errno.ENOSPC: "no space left", errno.EDQUOT: "the quota is used up"}
CLOSED = {errno.EROFS: "it is read-only", errno.EACCES: "permission denied", errno.EPERM: "permission denied"}
AGAIN = "and run the same command again"
FILE = re.compile(r"(/[^\s;:]+)[^/]*$")


@contextmanager
def disk_explained(folder: Path, needed: int = 0) -> Iterator[None]:
    """Turns an error of a full disk, a quota or an unwritable folder into one line.

    Args:
        folder: folder that is written to.
        needed: bytes that are about to be written, if known.

    Raises:
        InputError: with that line.
    """
    try:
        yield
    except InputError:
        raise
    except Exception as error:  # TensorFlow, DuckDB and Arrow raise other errors than OSError
        line = disk_trouble(error, folder, needed)
        if line is None:
            raise
        raise InputError(line) from error


def disk_trouble(error: BaseException, folder: Path | None = None, needed: int = 0) -> str | None:
    """Explains a disk error and what to do; returns None for any other error.

    Args:
        error: an OSError, or another library's error with the same words.
        folder: folder that was written to; None takes it from the error.
        needed: bytes that were to be written, if known.
    """
    number = _number(error)
    if number is None:
        return None
    place = folder or _place(error)
    where = "the disk" if place is None else str(place)
    if number in CLOSED:
        return f"cannot write to {where}: {CLOSED[number]}; choose another folder, or change that {AGAIN}."
    free = None if place is None else free_bytes(place)
    if free is None or number == errno.EDQUOT or needed <= free:
        return f"{FULL[number]} in {where}: free some {AGAIN}."
    return f"{FULL[number]} in {where}: free {megabytes(needed - free)} {AGAIN}."


def free_bytes(folder: Path) -> int:
    """Returns the free bytes on the disk of a folder, which need not exist yet."""
    folder = folder.absolute()
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free


def megabytes(size: int) -> str:
    """Formats bytes as "12 MB", rounded up."""
    return f"{-(-size // 10**6):,} MB"


def _number(error: BaseException) -> int | None:
    """Returns the system's error number, even if only its text is left."""
    known = {**FULL, **CLOSED}
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno if error.errno in known else None
    return next((number for number in known if os.strerror(number) in str(error)), None)


def _place(error: BaseException) -> Path | None:
    """Returns the folder of the file that an error names."""
    name = error.filename if isinstance(error, OSError) else None
    if not name and (found := FILE.search(str(error).splitlines()[0] if str(error) else "")):
        name = found[1]
    return Path(os.fsdecode(name)).parent if isinstance(name, (str, bytes)) and name else None
