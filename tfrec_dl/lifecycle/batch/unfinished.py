"""The folder of an unfinished job beside its output, by which it resumes after being killed at any moment."""

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
VERSION = "version"  # in the plan


@dataclass(frozen=True)
class Unfinished:
    """The files of an unfinished job. Each appears whole or not at all, and one that exists is right.

    Attributes:
        out: the output to be.
    """

    out: Path

    @property
    def folder(self) -> Path:
        """Beside the output, on the same disk."""
        return self.out.with_name(f".{self.out.name}.unfinished")

    @property
    def pieces(self) -> Path:
        """Folder of the histories, by shard."""
        return self.folder / "rows"

    @property
    def users(self) -> Path:
        """The users that the job is for, where it is not for all."""
        return self.folder / "users.parquet"

    @property
    def parts(self) -> Path:
        """Folder of the recommendations, a file a shard."""
        return self.folder / "parts"

    @property
    def whole(self) -> Path:
        """The output, before it has its name."""
        return self.folder / "whole"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Holds the folder against other processes; at the end it is gone, if nothing is left in it.

        Raises:
            InputError: if another process holds it, or it cannot be written to.
        """
        try:
            with locked(self.folder):
                yield
        finally:
            with suppress(OSError):
                self.folder.rmdir()

    def refuse_other_output(self) -> None:
        """Raises InputError where the output exists, unless it is this job's, which was killed while it cleared up."""
        if (self.out.exists() or self.out.is_symlink()) and not self._is_published():
            raise InputError(f"{self.out} exists: choose another name, or delete it.")

    def version(self) -> Path | None:
        """The version of the export that the job began with; None where none has begun.

        Raises:
            InputError: if it is gone.
        """
        if not (self.folder / PLAN).exists():
            return None
        plan = read_json(self.folder / PLAN)
        version = Path(str(plan.get(VERSION) if isinstance(plan, dict) else plan))
        if not version.is_dir():
            raise InputError(f"{self.folder} holds an unfinished job with {version}, which is gone: delete the folder.")
        return version

    def require_same(self, plan: Mapping[str, Any]) -> None:
        """Compares the plan of the job that was begun, if one was, with what is asked for now.

        Raises:
            InputError: if they differ, or the folder holds something else.
        """
        if (self.folder / PLAN).exists():
            holder = f"{self.folder} holds an unfinished job"
            remedy = "repeat its command to continue it, or delete the folder"
            require_same_plan(read_json(self.folder / PLAN), _as_json(plan), holder, remedy)
        elif any(each.name != LOCK and not each.name.startswith(f".{PLAN}.") for each in self.folder.iterdir()):
            raise InputError(f"{self.folder} exists and is no unfinished job: rename it, or choose another output.")

    def begin(self, plan: Mapping[str, Any]) -> None:
        """Writes the plan, and clears up what a call that was killed has left half-written."""
        write_json(self.folder / PLAN, _as_json(plan))
        for place in (self.pieces, self.parts):
            place.mkdir(exist_ok=True)
        for place in (self.folder, self.pieces, self.parts):
            remove_unfinished(place)

    def publish(self) -> None:
        """Gives the output its name.

        Raises:
            InputError: if a file of this name has appeared meanwhile.
        """
        state = self.whole.stat()
        write_json(self.folder / "published.json", [state.st_ino, state.st_size])
        try:
            os.link(self.whole, self.out)  # unlike a rename, it replaces nothing
        except FileExistsError as error:
            raise InputError(f"{self.out} has appeared meanwhile: move it away, and give the same command.") from error
        except OSError:  # a file system without links
            self.refuse_other_output()
            os.rename(self.whole, self.out)
        flush(self.out.parent)
        self.remove()

    def finish_clearing(self) -> bool:
        """Removes what a job that was killed after its output had its name has left, and says whether there was one."""
        published = self._is_published()
        if published:
            self.remove()
        return published

    def remove(self) -> None:
        """Removes everything but the lock; the plan last, by which a call that continues knows the folder."""
        if not self.folder.is_dir():
            return
        for entry in sorted(self.folder.iterdir(), key=lambda entry: (entry.name == PLAN, entry.name)):
            if entry.is_dir():
                shutil.rmtree(entry, ignore_errors=True)
            elif entry.name != LOCK:
                entry.unlink(missing_ok=True)

    def _is_published(self) -> bool:
        """Whether the output is the one that was made here."""
        marker = self.folder / "published.json"
        if not (marker.exists() and self.out.exists()):
            return False
        state = self.out.stat()
        return bool(read_json(marker) == [state.st_ino, state.st_size])


def _as_json(plan: Mapping[str, Any]) -> dict[str, Any]:
    """The plan as it is read again."""
    values: dict[str, Any] = json.loads(json.dumps(plan, default=str))
    return values
