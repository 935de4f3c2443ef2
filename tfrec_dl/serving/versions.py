"""The version folders of an export: DEST/1, DEST/2, ..., as TF Serving finds them."""

import errno
import os
from pathlib import Path

from tfrec_dl.errors import InputError

LAST_VERSION = 2**63 - 1  # TF Serving ignores larger numbers


class OvertakenError(RuntimeError):
    """Raised if another process has published a version in the meantime."""


def version_folders(dest: Path) -> dict[int, Path]:
    """Returns the entries of `dest` that TF Serving treats as versions (their names are int64 numbers), by number."""
    entries = [entry for entry in dest.iterdir() if entry.name.isascii() and entry.name.isdigit()]
    # Python refuses to convert some longer names to numbers.
    found = {int(entry.name): entry for entry in entries if len(entry.name.lstrip("0")) <= len(str(LAST_VERSION))}
    return {number: entry for number, entry in found.items() if number <= LAST_VERSION}


def publish(temporary: Path, dest: Path, after: int | None = None) -> Path:
    """Renames a finished folder to the next free version.

    If two processes publish at once, one gets the number and the other the next one, because a folder cannot be renamed
    to a folder with files in it.

    Args:
        temporary: the finished folder.
        dest: folder of the versions.
        after: version that it was made from, which must still be the newest; None if there is no such version.

    Returns:
        DEST/<version>.

    Raises:
        OvertakenError: if `after` is not the newest version.
        InputError: if no version number is left.
    """
    while True:
        newest = max(version_folders(dest), default=0)
        if after is not None and newest != after:
            raise OvertakenError(f"version {newest} was published while version {after} was read.")
        if newest == LAST_VERSION:
            raise InputError(f"{dest} holds version {newest}, the last that TF Serving can read: rename its folder.")
        target = dest / str(newest + 1)
        try:
            os.rename(temporary, target)
        except OSError as error:
            if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
                raise
        else:
            return target


def refuse_run(dest: Path) -> None:
    """Raises InputError if the folder of a run is given instead of one for an export."""
    if is_run(dest):
        raise InputError(f"{dest} is the folder of a run: choose another for its export, such as served/{dest.name}.")


def resolve_version(path: Path) -> Path:
    """Returns the SavedModel that `path` refers to: the folder itself if it is one, otherwise its newest version.

    Raises:
        InputError: if there is no SavedModel.
    """
    if not path.is_dir():
        what = "is a file" if path.exists() else "does not exist"
        raise InputError(f"cannot load {path}: it {what}; name the folder that was exported to.")
    if _holds_saved_model(path):
        return path
    versions = version_folders(path)
    if not versions and is_run(path):
        raise InputError(f"cannot load {path}: it is the folder of a run; export it to another folder, and load that.")
    if not versions:
        raise InputError(f"cannot load {path}: it holds no version folder such as {path / '1'}; export a model to it.")
    newest = versions[max(versions)]
    if not _holds_saved_model(newest):
        raise InputError(f"cannot load {newest}: it holds no saved_model.pb; delete it or export again.")
    return newest


def is_run(folder: Path) -> bool:
    """Whether a folder holds a finished or unfinished run, which is the case if its configuration names a recipe."""
    try:
        return b'"recipe"' in (folder / "config.json").read_bytes()
    except OSError:
        return False


def _holds_saved_model(folder: Path) -> bool:
    return (folder / "saved_model.pb").is_file()
