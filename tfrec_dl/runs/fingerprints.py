"""Fingerprints of a finished run's files, kept in its configuration: a file of another run does not load silently."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tfrec_dl.errors import InputError
from tfrec_dl.files import write_json
from tfrec_dl.runs.run_files import read_configuration

FILES = "files"
"""Field of the configuration: path of a file below the run -> its SHA-256."""
BLOCK = 2**20
NOT_READ = ("config.json", "metrics.json", "history.csv", "adversarial.json")
"""What no model is built from."""


def finish_run(folder: Path, metrics: Mapping[str, float]) -> None:
    """Writes the fingerprints of the files that the model is built from, then `metrics.json`, which ends the run."""
    path = folder / "config.json"
    write_json(path, {**read_configuration(path), FILES: fingerprints(folder)})
    write_json(folder / "metrics.json", metrics)


def fingerprints(folder: Path) -> dict[str, str]:
    """Path -> SHA-256 in 64 hexadecimal digits, of all files below a run that its model is built from."""
    found = {path.relative_to(folder): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return {str(name): _digest(path) for name, path in found.items() if _is_read(name)}


def refuse_other_content(folder: Path, config: Mapping[str, Any]) -> None:
    """Raises InputError where a file is not the one that the run was finished with; early runs have no fingerprints.

    Args:
        folder: of the run.
        config: its configuration.
    """
    for name, expected in config.get(FILES, {}).items():
        path = folder / name
        if path.is_file() and (found := _digest(path)) != expected:
            raise InputError(
                f"{path} is not what this run was finished with (fingerprint {found[:12]}, not {expected[:12]}): "
                "bring the old file back, or train again."
            )


def _is_read(name: Path) -> bool:
    is_resumed_from = name.parent.name == "checkpoints"  # the best weights are a folder below
    return not (is_resumed_from or name.name in NOT_READ or name.name[0] == "." or "logs" in name.parts)


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
