"""Folders of finished runs that have been edited."""

import json
import random
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from tfrec_dl.cli.failures import one_line
from tfrec_dl.families.run import open_run

VALUES: list[Any] = [
    None,
    [],
    {},
    "",
    "x",
    0,
    -1,
    1e30,
    10**12,
    True,
    float("nan"),
    [[[[]]]],
    {"name": "gru"},
    "/dev/zero",
]


class RunFolders:
    """Edits copies of a run, and opens them.

    Args:
        seed: of the edits.
        run: the run's folder.
    """

    def __init__(self, seed: int, run: Path) -> None:
        self.draw = random.Random(seed)
        self.run = run
        self.copy = run.parent / f"edited-{seed}"
        self.answer = self._answer(run)

    def one(self) -> str | None:
        """Edits one file, and opens the run; what is wrong, in words."""
        shutil.rmtree(self.copy, ignore_errors=True)
        shutil.copytree(self.run, self.copy)
        files = sorted(path for path in self.copy.rglob("*") if path.is_file() and "logs" not in path.parts)
        path = self.draw.choice(files)
        what = f"{path.relative_to(self.copy)}: {self._edit(path)}"
        try:
            found = self._answer(self.copy)
        except Exception as error:  # what the command line would show
            line = one_line(error)
            if line is None or "\n" in line:
                return f"{what}: {type(error).__name__}: {str(error)[:300]}"
            return None
        return None if np.allclose(found, self.answer, atol=1e-5) else f"{what}: another answer"

    @staticmethod
    def _answer(folder: Path) -> np.ndarray:
        """Of the run's model: vectors of its items."""
        return open_run(folder).model().item_vectors().numpy()

    def _edit(self, path: Path) -> str:
        if path.suffix == ".json" and self.draw.random() < 0.8:
            values = json.loads(path.read_text())
            place, where = values, []
            while isinstance(place, (dict, list)) and place:
                holder, key = place, self.draw.choice(list(place) if isinstance(place, dict) else range(len(place)))
                place = holder[key]
                where.append(key)
                if self.draw.random() < 0.3:
                    break
            if where:
                holder[key] = self.draw.choice(VALUES)
                path.write_text(json.dumps(values))
                return f"{where} is {holder[key]!r}"
        content = bytearray(path.read_bytes())
        start = self.draw.randrange(len(content) + 1)
        if self.draw.random() < 0.5:
            del content[start:]
            path.write_bytes(content)
            return f"cut off at {start}"
        content[start : start + 4] = self.draw.randbytes(4)
        path.write_bytes(content)
        return f"other bytes at {start}"
