"""Writes files completely or not at all, and locks folders so that one process writes at a time."""

import fcntl
import json
import os
import re
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tfrec_dl.errors import InputError

UNFINISHED = re.compile(r"\..+\.[a-z0-9_]{8}")  # the form of names made by tempfile


class LockedError(InputError):
    """Raised when another process writes to the folder."""


LOCK = ".lock"
"""Name of the lock file in a folder."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Provides a temporary path beside `path` to write to, and renames it to `path` if the block succeeds.

    The content is on the disk before the rename, and the new name before the block ends. After a power cut, `path` is
    the old file or the new one.

    Raises:
        InputError: if the folder cannot be written to.
    """
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}; choose a folder that you can write to.") from error
    os.close(descriptor)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        flush(temporary)
        os.replace(temporary, path)
        flush(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def remove_unfinished(folder: Path) -> None:
    """Removes what killed processes left of `replacing` and of checkpoints, in a locked folder."""
    for path in folder.glob(".*"):
        if UNFINISHED.fullmatch(path.name) and path.is_file():
            path.unlink(missing_ok=True)
    for path in folder.glob("checkpoints/**/ckpt-*_temp"):  # the form of names made by TensorFlow
        shutil.rmtree(path, ignore_errors=True)


def flush(*paths: Path) -> None:
    """Waits until the content of files, and the names in folders, are on the disk.

    Disks that cannot confirm this, such as some network disks, are assumed to have written.
    """
    for path in paths:
        with suppress(OSError):
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def write_json(path: Path, values: Any) -> None:
    """Writes values as JSON, completely or not at all."""
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(values, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


@contextmanager
def turn(path: Path) -> Iterator[None]:
    """Waits until no other process is inside such a block for the same path; for short operations.

    Args:
        path: path of the lock file, which is created if missing and kept.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Locks a folder, created if missing, against other processes until the block or the process ends.

    The lock is on a separate file, FOLDER/.lock, which is never replaced. When the block ends, this file is removed,
    and so is the folder if it was created and is still empty. A lock file left by a killed process blocks nobody.

    Raises:
        LockedError: if another process, named in the message, holds the lock.
        InputError: if the folder cannot be written to.
    """
    created = [place for place in (folder, *folder.parents) if not place.exists()]
    descriptor = _locked_file(folder)
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"process {os.getpid()} on {socket.gethostname()}".encode(), 0)
        yield
    finally:
        (folder / LOCK).unlink(missing_ok=True)  # before the lock is released, so that a waiting process checks again
        os.close(descriptor)
        with suppress(OSError):  # if the folder is not empty
            for place in created:
                place.rmdir()


def _locked_file(folder: Path) -> int:
    """Returns the descriptor of the folder's lock file, locked."""
    path = folder / LOCK
    while True:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except FileNotFoundError:
            continue  # the process that created the folder has just removed it
        except OSError as error:
            what = "write to" if folder.is_dir() else "create"
            raise InputError(f"cannot {what} {folder}: {error.strerror}; choose another folder.") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(descriptor), path.stat()):
                    return descriptor
        except BlockingIOError as error:
            holder = os.pread(descriptor, 200, 0).decode(errors="replace") or "another process"
            os.close(descriptor)
            raise LockedError(f"{holder} is writing to {folder}: wait for it, or choose another folder.") from error
        os.close(descriptor)  # the process that held the lock removed the file meanwhile
