"""Intermediate files of a preparation, from which it resumes after being killed at any moment."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfrec_dl.errors import InputError
from tfrec_dl.files import LOCK, write_json

PLAN = "preparing.json"
MANIFEST = "prepared.json"
INTERACTIONS = "interactions"
KEPT = ("shards", INTERACTIONS)  # folders of a finished preparation


@dataclass(frozen=True)
class Work:
    """Files of an unfinished preparation. Each appears completely or not at all, so an existing file is valid.

    Attributes:
        folder: folder that is being prepared.
    """

    folder: Path

    @property
    def plan(self) -> Path:
        """Path of the plan, which records the requested preparation."""
        return self.folder / PLAN

    def path(self, *names: str) -> Path:
        """Returns the path of a file in the folder of intermediate files."""
        return self.folder / "work" / Path(*names)

    def of_shard(self, stage: str, shard: int, suffix: str = "parquet") -> Path:
        """Returns the path of a stage's result for a shard."""
        return self.path(stage, f"{shard:05d}.{suffix}")

    def interactions(self, shard: int) -> Path:
        """Returns the path of a shard's ordered rows, which are kept so that others can be appended."""
        return self.folder / INTERACTIONS / f"{shard:05d}.parquet"

    def begin(self, plan: Mapping[str, Any]) -> bool:
        """Writes the plan, or finds that of the preparation which the same call started earlier.

        Call it with the folder locked.

        Returns:
            Whether that preparation is finished.

        Raises:
            InputError: if the folder contains another preparation or other files, or cannot be written to.
        """
        asked: dict[str, Any] = json.loads(json.dumps(plan))
        if (self.folder / MANIFEST).exists():
            self.remove()  # killed between finishing and cleaning up
            self._check_same(dict(read_json(self.folder / MANIFEST)).get("plan"), asked, "a finished")
            return True
        if self.plan.exists():
            found = read_json(self.plan)
            self._check_same(found, asked, "an unfinished")
            if found != asked:  # the tables have moved
                write_json(self.plan, asked)
        else:
            self._start(asked)
        for name in ("pieces", "counts", "lots", "evaluation", "facts", "spill"):
            self.path(name).mkdir(parents=True, exist_ok=True)
        for name in KEPT:
            (self.folder / name).mkdir(exist_ok=True)
        return False

    def remove(self) -> None:
        """Removes all intermediate files; the plan last, by which a resumed call recognizes the folder."""
        shutil.rmtree(self.folder / "work", ignore_errors=True)
        for place in (self.folder, *(self.folder / name for name in KEPT)):
            for left in place.glob(".*"):
                if left.name != LOCK:
                    left.unlink(missing_ok=True)
        self.plan.unlink(missing_ok=True)

    def abandon(self) -> None:
        """Removes everything, because the requested preparation is impossible."""
        for name in KEPT:
            shutil.rmtree(self.folder / name, ignore_errors=True)
        for name in ("vocabulary.txt", "evaluation.parquet", "lengths.parquet"):
            (self.folder / name).unlink(missing_ok=True)
        self.remove()

    def _start(self, plan: dict[str, Any]) -> None:
        if self.folder.exists() and not (
            self.folder.is_dir() and all(self._is_mine(each) for each in self.folder.iterdir())
        ):
            raise InputError(f"{self.folder} exists and is not a prepared folder: choose a new folder.")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"cannot create {self.folder}: {error.strerror}; choose another folder.") from error
        write_json(self.plan, plan)

    @staticmethod
    def _is_mine(entry: Path) -> bool:
        """Whether an entry was left by a call that was killed at its beginning."""
        return entry.name.startswith((f".{PLAN}.", LOCK))

    def _check_same(self, found: Any, plan: Mapping[str, Any], state: str) -> None:
        """Raises InputError unless the earlier plan and the present plan are the same; a table may have moved."""
        remedy = "repeat its command to continue it, or" if state == "an unfinished" else "choose a new folder, or"
        require_same_plan(found, plan, f"{self.folder} holds {state} preparation", f"{remedy} delete the folder")


def require_same_plan(found: Any, plan: Mapping[str, Any], holder: str, remedy: str) -> None:
    """Compares the earlier plan with the present plan; the "files" may have moved.

    Args:
        found: the earlier plan, as JSON gives it.
        plan: the present plan, as JSON would give it.
        holder: holder of the earlier plan, for the error: "FOLDER holds an unfinished preparation".
        remedy: what to do, for the error.

    Raises:
        InputError: if they differ.
    """
    if not isinstance(found, dict):
        raise InputError(f"{holder}: {remedy}.")
    for name in {**plan, **found}:
        before, now = found.get(name), plan.get(name)
        if before != now and not (name == "files" and _contents(before) == _contents(now)):
            if isinstance(before, list) and isinstance(now, list):
                changed = [pair for pair in zip(before, now, strict=False) if pair[0] != pair[1]]
                before, now = changed[0] if changed else (f"{len(before)} of them", f"{len(now)}")
            raise InputError(f"{holder} with {name} {before!r}, not {now!r}: {remedy}.")


def _contents(files: Any) -> list[Any]:
    """Returns size and time of change of each file, which identify it wherever it is."""
    return [[file.get("size"), file.get("modified")] for file in files or ()]


def read_json(path: Path) -> Any:
    """Reads a file written by `write_json`.

    Raises:
        InputError: if it cannot be read.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read ({str(error).splitlines()[0]}): the folder is damaged.") from error
