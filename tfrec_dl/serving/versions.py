"""The version folders of an export: DEST/1, DEST/2, ..., as TF Serving scans them."""

import errno
import os
import uuid
from pathlib import Path

from tfrec_dl.errors import InputError


def version_folders(dest: Path) -> dict[int, Path]:
    """The entries of `dest` that TF Serving takes for versions (their names are numbers), by number."""
    return {int(entry.name): entry for entry in dest.iterdir() if entry.name.isascii() and entry.name.isdigit()}


def create_temporary_folder(dest: Path) -> Path:
    """Creates `dest` where it is missing, and in it a folder that TF Serving passes over.

    Not `tempfile.mkdtemp`: its mode 0700 would stay on the version folder, which the server's user could then not read.

    Raises:
        InputError: if `dest` is a file, or cannot be created or written to.
    """
    temporary = dest / f".tmp-{uuid.uuid4().hex}"
    try:
        dest.mkdir(parents=True, exist_ok=True)
        temporary.mkdir()
    except OSError as error:
        if dest.exists() and not dest.is_dir():
            raise InputError(f"cannot export to {dest}: it is a file; name a folder.") from error
        raise InputError(f"cannot export to {dest}: {error.strerror}; name a folder that can be written to.") from error
    return temporary


def publish(temporary: Path, dest: Path) -> Path:
    """Renames a finished folder to the next free version.

    Of two processes that publish at once one gets the number and the other the one after it: a rename onto a folder
    with files in it fails.

    Returns:
        DEST/<version>.
    """
    while True:
        target = dest / str(max(version_folders(dest), default=0) + 1)
        try:
            os.rename(temporary, target)
        except OSError as error:
            if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
                raise
        else:
            return target


def resolve_version(path: Path) -> Path:
    """The SavedModel meant by `path`: the folder itself if it is one, else its newest version.

    Raises:
        InputError: if there is none.
    """
    if not path.is_dir():
        what = "is a file" if path.exists() else "does not exist"
        raise InputError(f"cannot load {path}: it {what}; name the folder that was exported to.")
    if _holds_saved_model(path):
        return path
    versions = version_folders(path)
    if not versions:
        raise InputError(f"cannot load {path}: it holds no version folder such as {path / '1'}; export a model to it.")
    newest = versions[max(versions)]
    if not _holds_saved_model(newest):
        raise InputError(f"cannot load {newest}: it holds no saved_model.pb; delete it or export again.")
    return newest


def _holds_saved_model(folder: Path) -> bool:
    return (folder / "saved_model.pb").is_file()
