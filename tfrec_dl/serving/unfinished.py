"""Folders in which exports are written until they are whole, and what dead processes left of them."""

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

NAME = re.compile(r"\.tmp-[0-9a-f]{32}")  # TF Serving passes over what is no number

logger = logging.getLogger(__name__)


@contextmanager
def unfinished_folder(dest: Path) -> Iterator[Path]:
    """Gives a new folder in `dest` to write to, which is removed at the end if it is still there.

    Creates `dest` where it is missing. Removes first what processes that were killed have left there, and logs that.

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
    """A new folder and the descriptor that holds it, for as long as this process lives or until it is closed."""
    while True:
        # Not `tempfile.mkdtemp`: its mode 0700 would stay on the version folder: servers could not read it.
        folder = dest / f".tmp-{uuid.uuid4().hex}"
        folder.mkdir()
        with suppress(FileNotFoundError):  # another process has removed it before it was held
            descriptor = os.open(folder, os.O_RDONLY)
            with suppress(OSError):  # a file system without locks, where nothing is ever removed either
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
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # fails while its process lives
            shutil.rmtree(folder)
            logger.warning("removed %s, which an export or add-items that was killed had left.", folder)
        except OSError:
            continue
        finally:
            os.close(descriptor)
