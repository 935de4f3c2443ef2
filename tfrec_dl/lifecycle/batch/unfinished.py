"""Folder of an unfinished job beside its output, from which the job resumes after being killed."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfrec_dl.data.prepared.work import read_json, require_same_plan
from tfrec_dl.errors import InputError
from tfrec_dl.files import LOCK, flush, locked, remove_unfinished, write_json

PLAN = "plan.json"
VERSION = "version"  # key in the plan


@dataclass(frozen=True)
class Unfinished:
    """The files of an unfinished job. Each file appears only once it is complete, so every existing file is valid.

    Attributes:
        out: the final output file.
    """

    out: Path

    @property
    def folder(self) -> Path:
        """The folder beside the output, on the same disk."""
        return self.out.with_name(f".{self.out.name}.unfinished")

    @property
    def pieces(self) -> Path:
        """The folder of the histories, by shard."""
        return self.folder / "rows"

    @property
    def users(self) -> Path:
        """The file of the users to recommend to, if the job is not for all users."""
        return self.folder / "users.parquet"

    @property
    def parts(self) -> Path:
        """The folder of the recommendations, one file per shard."""
        return self.folder / "parts"

    @property
    def whole(self) -> Path:
        """The complete output before it is renamed."""
        return self.folder / "whole"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Locks the folder against other processes; on exit, removes it if it is empty.

        Raises:
            InputError: if another process holds the lock, or the folder is not writable.
        """
        try:
            with locked(self.folder):
                yield
        finally:
            with suppress(OSError):
                self.folder.rmdir()

    def refuse_other_output(self) -> None:
        """Raises InputError if the output exists, unless this job wrote it and was killed while cleaning up."""
        if (self.out.exists() or self.out.is_symlink()) and not self._is_published():
            raise InputError(f"{self.out} exists: choose another name, or delete it.")

    def version(self) -> Path | None:
        """The version of the export that the job began with; None if no job has begun.

        Raises:
            InputError: if that version no longer exists.
        """
        if not (self.folder / PLAN).exists():
            return None
        plan = read_json(self.folder / PLAN)
        version = Path(str(plan.get(VERSION) if isinstance(plan, dict) else plan))
        if not version.is_dir():
            raise InputError(f"{self.folder} holds an unfinished job with {version}, which is gone: delete the folder.")
        return version

    def require_same(self, plan: Mapping[str, Any]) -> None:
        """Compares the plan of the unfinished job, if there is one, with the current plan.

        Raises:
            InputError: if they differ, or the folder holds something else.
        """
        if (self.folder / PLAN).exists():
            holder = f"{self.folder} holds an unfinished job"
            remedy = "repeat its command to continue it, or delete the folder"
            require_same_plan(read_json(self.folder / PLAN), _as_json(plan), holder, remedy)
        elif any(each.name != LOCK and not each.name.startswith(f".{PLAN}.") for each in self.folder.iterdir()):
            raise InputError(f"{self.folder} exists and is not an unfinished job: rename it, or choose another output.")

    def begin(self, plan: Mapping[str, Any]) -> None:
        """Writes the plan, and removes half-written files of a killed call."""
        write_json(self.folder / PLAN, _as_json(plan))
        for place in (self.pieces, self.parts):
            place.mkdir(exist_ok=True)
        for place in (self.folder, self.pieces, self.parts):
            remove_unfinished(place)

    def publish(self) -> None:
        """Gives the output its final name.

        Raises:
            InputError: if a file with this name has appeared in the meantime.
        """
        state = self.whole.stat()
        write_json(self.folder / "published.json", [state.st_ino, state.st_size])
        try:
            os.link(self.whole, self.out)  # unlike a rename, a link never replaces a file
        except FileExistsError as error:
            raise InputError(
                f"{self.out} has appeared in the meantime: move it away, and run the same command again."
            ) from error
        except OSError:  # a file system without links
            self.refuse_other_output()
            os.rename(self.whole, self.out)
        flush(self.out.parent)
        self.remove()

    def finish_clearing(self) -> bool:
        """Removes leftovers of a job that was killed after publishing its output; returns whether there were any."""
        published = self._is_published()
        if published:
            self.remove()
        return published

    def remove(self) -> None:
        """Removes everything except the lock. The plan goes last, because resumed calls recognize the folder by it."""
        if not self.folder.is_dir():
            return
        for entry in sorted(self.folder.iterdir(), key=lambda entry: (entry.name == PLAN, entry.name)):
            if entry.is_dir():
                shutil.rmtree(entry, ignore_errors=True)
            elif entry.name != LOCK:
                entry.unlink(missing_ok=True)

    def _is_published(self) -> bool:
        """Whether the existing output was made by this job."""
        marker = self.folder / "published.json"
        if not (marker.exists() and self.out.exists()):
            return False
        state = self.out.stat()
        return bool(read_json(marker) == [state.st_ino, state.st_size])


def _as_json(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the plan in the form in which it is read back from JSON."""
    values: dict[str, Any] = json.loads(json.dumps(plan, default=str))
    return values
