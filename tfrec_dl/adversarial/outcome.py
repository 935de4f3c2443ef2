"""File in a run's folder that records how adversarial training ended."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

from tfrec_dl.files import write_json
from tfrec_dl.runs.run_files import checked, read_json


@dataclass(frozen=True)
class Outcome:
    """Content of the file: epochs trained, the epoch that is kept, and why training was stopped, if it was."""

    epochs: int
    kept_epoch: int
    stopped: str | None = None


ENDED: TypeAdapter[Outcome] = TypeAdapter(Outcome)
OUTCOME, OLD_OUTCOME = "adversarial.json", "game.json"


def write_outcome(folder: Path, outcome: Mapping[str, Any]) -> None:
    """Writes `adversarial.json`.

    Args:
        folder: folder of the run.
        outcome: "epochs" trained, "kept_epoch" (0 is the pre-trained generator), and "stopped", the reason or None.
    """
    write_json(folder / OUTCOME, dict(outcome))


def read_outcome(folder: Path) -> dict[str, Any]:
    """Reads a file written by `write_outcome`, in this version or an earlier one.

    Raises:
        InputError: if the file is missing or damaged.
    """
    old = folder / OLD_OUTCOME
    path = old if old.exists() and not (folder / OUTCOME).exists() else folder / OUTCOME
    values = read_json(path)
    checked(ENDED, values, path, "the outcome of a training")
    return dict(values)
