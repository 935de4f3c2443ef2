"""Writing files whole or not at all, and by one process at a time."""

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

UNFINISHED = re.compile(r"\..+\.[a-z0-9_]{8}")  # as tempfile makes names


class LockedError(InputError):
    """Another process writes to the folder."""


LOCK = ".lock"
"""Name of the file in a folder by which one process at a time writes to it."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Gives a temporary path beside `path` to write to, and renames it to `path` when all went well.

    What it holds is on the disk before it has the name, and the name before the block ends: a power cut leaves the old
    file or the new one.

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
    """Removes what killed processes have left of `replacing`, and of checkpoints, in a folder that is locked."""
    for path in folder.glob(".*"):
        if UNFINISHED.fullmatch(path.name) and path.is_file():
            path.unlink(missing_ok=True)
    for path in folder.glob("checkpoints/**/ckpt-*_temp"):  # as TensorFlow names them
        shutil.rmtree(path, ignore_errors=True)


def flush(*paths: Path) -> None:
    """Waits until the content of files, and the names in folders, are on the disk.

    Disks that cannot say so, as those of some networks, are taken at their word.
    """
    for path in paths:
        with suppress(OSError):
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def write_json(path: Path, values: Any) -> None:
    """Writes values as JSON, whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(values, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


@contextmanager
def turn(path: Path) -> Iterator[None]:
    """Waits until no other process is between its own two ends of such a block, for what takes a moment.

    Args:
        path: of a file, created if missing, that stays.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Holds a folder, created if missing, against other processes until the block ends or the process does.

    The lock is on a file of its own, FOLDER/.lock, which nothing replaces; it is gone when the block ends, and so is a
    folder that was created for nothing. What it says of a process that was killed holds nobody up.

    Raises:
        LockedError: if another process holds it, which the message names.
        InputError: if the folder cannot be written to.
    """
    created = [place for place in (folder, *folder.parents) if not place.exists()]
    descriptor = _locked_file(folder)
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"process {os.getpid()} on {socket.gethostname()}".encode(), 0)
        yield
    finally:
        (folder / LOCK).unlink(missing_ok=True)  # before it is let go: whoever waits for it looks again
        os.close(descriptor)
        with suppress(OSError):  # where something is in it
            for place in created:
                place.rmdir()


def _locked_file(folder: Path) -> int:
    """The descriptor of the folder's lock file, locked."""
    path = folder / LOCK
    while True:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except FileNotFoundError:
            continue  # whoever had created the folder for nothing has just removed it
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
        os.close(descriptor)  # it was removed meanwhile, by the process that had it
