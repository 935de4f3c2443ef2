"""Checks on output folders, made before any work that could be lost."""

import os
from collections.abc import Collection
from pathlib import Path

from tfrec_dl.errors import InputError


def require_writable(folder: Path) -> None:
    """Raises InputError if the folder, or its nearest existing parent if it is missing, is not writable."""
    nearest = next(path for path in (folder, *folder.absolute().parents) if path.exists() or path.is_symlink())
    if not nearest.is_dir():
        raise InputError(f"cannot write to {folder}: {nearest} is a file; choose another folder.")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise InputError(f"cannot write to {folder}: {nearest} is not writable; choose another folder.")


def require_run(folder: Path) -> None:
    """Raises InputError if the folder contains anything but a run."""
    if (
        folder.is_dir()
        and not (folder / "config.json").exists()
        and any(entry.name[0] != "." for entry in folder.iterdir())
    ):
        raise InputError(f"{folder} exists and is not a run: choose a new folder.")


def require_only(folder: Path, names: Collection[str], owner: str) -> None:
    """Raises InputError if the folder contains anything but these entries and temporary files (".name").

    Args:
        folder: folder to check; may be missing.
        names: entries that belong to `owner`.
        owner: name to use in the error.
    """
    if not folder.is_dir():
        return
    for entry in sorted(folder.iterdir()):
        if entry.name not in names and not entry.name.startswith("."):
            raise InputError(f"{folder} holds {entry.name!r}, which is not part of {owner}: choose a new folder.")
