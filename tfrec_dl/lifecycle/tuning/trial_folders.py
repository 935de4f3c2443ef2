"""The folders of a study's trials: held by who trains them, deleted when they are over and not the best."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from tfrec_dl.files import LockedError, locked

RUN = "run"  # of a trial, in its folder


class TrialFolders:
    """The folders of a study's trials, by their numbers.

    Args:
        folder: that they are in.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held = ExitStack()

    def run(self, number: int) -> Path:
        """Folder of the run of a trial."""
        return self._of(number) / RUN

    def hold(self, number: int) -> bool:
        """Whether this process holds a trial now, which no other did."""
        try:
            self._held.enter_context(locked(self._of(number)))
        except LockedError:
            return False
        return True

    def release(self) -> None:
        """Leaves the trial that this process holds, if any, to whoever asks next."""
        self._held.close()

    def delete(self, numbers: Iterable[int]) -> None:
        """Deletes the folders of some trials, where they are still there."""
        for number in numbers:
            if self._of(number).exists():
                shutil.rmtree(self._of(number), ignore_errors=True)

    def move_best(self, number: int, there: Path) -> None:
        """Moves the best run to its place, without the metrics that it has instead of those of the test.

        The other folders are deleted. Once it is there, it stays.
        """
        if not there.exists():
            for metrics in self.run(number).rglob("metrics.json"):
                metrics.unlink()
            self.run(number).rename(there)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _of(self, number: int) -> Path:
        return self._folder / f"{number:04}"
