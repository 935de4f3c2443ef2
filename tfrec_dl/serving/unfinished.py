"""Temporary folders for unfinished exports, and removal of those left by dead processes."""

import fcntl
import logging
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tfrec_dl.errors import InputError

NAME = re.compile(r"\.tmp-[0-9a-f]{32}")  # TF Serving ignores folders whose names are not numbers

logger = logging.getLogger(__name__)


@contextmanager
def unfinished_folder(dest: Path) -> Iterator[Path]:
    """Yields a new folder in `dest` to write to; on exit, removes it if it still exists.

    Creates `dest` if it is missing. First removes the folders that killed processes have left there, and logs this.

    Raises:
        InputError: if `dest` is a file, or cannot be created or written to.
    """
    try:
        dest.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(dest)
        folder, descriptor = _create(dest)
    except OSError as error:
        if dest.exists() and not dest.is_dir():
            raise InputError(f"cannot export to {dest}: it is a file; name a folder.") from error
        raise InputError(f"cannot export to {dest}: {error.strerror}; name a folder that can be written to.") from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


def _create(dest: Path) -> tuple[Path, int]:
    """Creates a folder; returns it with the descriptor that locks it until it is closed or this process ends."""
    while True:
        # Not `tempfile.mkdtemp`: the version folder would keep its mode 0700, and servers could not read it.
        folder = dest / f".tmp-{uuid.uuid4().hex}"
        folder.mkdir()
        with suppress(FileNotFoundError):  # another process removed it before it was locked
            descriptor = os.open(folder, os.O_RDONLY)
            with suppress(OSError):  # a file system without locks, on which nothing is ever removed
                fcntl.flock(descriptor, fcntl.LOCK_SH)
            if folder.exists():
                return folder, descriptor
            os.close(descriptor)


def _remove_abandoned(dest: Path) -> None:
    for folder in dest.iterdir():
        if not NAME.fullmatch(folder.name) or folder.is_symlink():
            continue
        try:
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except OSError:
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # fails while its process is alive
            shutil.rmtree(folder)
            logger.warning("removed %s, which was left behind when an export or add-items was killed.", folder)
        except OSError:
            continue
        finally:
            os.close(descriptor)
