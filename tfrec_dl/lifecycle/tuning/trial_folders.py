"""Folders of a study's trials: locked by the process that trains them, deleted after training unless best."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from tfrec_dl.files import LockedError, locked

RUN = "run"  # folder of the run of a trial, in its folder


class TrialFolders:
    """Folders of a study's trials, by number.

    Args:
        folder: folder that contains them.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held = ExitStack()

    def run(self, number: int) -> Path:
        """Returns the folder of a trial's run."""
        return self._of(number) / RUN

    def hold(self, number: int) -> bool:
        """Tries to lock a trial; returns whether this process now holds it."""
        try:
            self._held.enter_context(locked(self._of(number)))
        except LockedError:
            return False
        return True

    def release(self) -> None:
        """Releases the trial that this process holds, if any, for the next process that asks."""
        self._held.close()

    def delete(self, numbers: Iterable[int]) -> None:
        """Deletes the folders of the given trials, if they exist."""
        for number in numbers:
            if self._of(number).exists():
                shutil.rmtree(self._of(number), ignore_errors=True)

    def move_best(self, number: int, there: Path) -> None:
        """Moves the best run to its final place, without the metrics that stood in for those of the test part.

        The other folders are deleted. A run that has been moved stays.
        """
        if not there.exists():
            for metrics in self.run(number).rglob("metrics.json"):
                metrics.unlink()
            self.run(number).rename(there)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _of(self, number: int) -> Path:
        return self._folder / f"{number:04}"
