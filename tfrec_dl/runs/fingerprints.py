"""Fingerprints of a finished run's files, stored in its configuration so that files of other runs are detected."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tfrec_dl.errors import InputError
from tfrec_dl.files import write_json
from tfrec_dl.runs.run_files import read_configuration

FILES = "files"
"""Field of the configuration that maps paths of files in the run to their SHA-256."""
BLOCK = 2**20
NOT_READ = ("config.json", "metrics.json", "history.csv", "adversarial.json")
"""Files that are not used to build a model."""


def finish_run(folder: Path, metrics: Mapping[str, float]) -> None:
    """Writes fingerprints of the files that the model is built from, then `metrics.json`, which completes the run."""
    path = folder / "config.json"
    write_json(path, {**read_configuration(path), FILES: fingerprints(folder)})
    write_json(folder / "metrics.json", metrics)


def fingerprints(folder: Path) -> dict[str, str]:
    """Maps paths to SHA-256 in 64 hexadecimal digits, for all files in a run that its model is built from."""
    found = {path.relative_to(folder): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return {str(name): _digest(path) for name, path in found.items() if _is_read(name)}


def refuse_other_content(folder: Path, config: Mapping[str, Any]) -> None:
    """Raises InputError if a file has changed since the run was finished; early runs have no fingerprints.

    Args:
        folder: folder of the run.
        config: configuration of the run.
    """
    for name, expected in config.get(FILES, {}).items():
        path = folder / name
        if path.is_file() and (found := _digest(path)) != expected:
            raise InputError(
                f"{path} has changed since this run was finished (fingerprint {found[:12]}, not {expected[:12]}): "
                "bring the old file back, or train again."
            )


def _is_read(name: Path) -> bool:
    is_resumed_from = name.parent.name == "checkpoints"  # the best weights are in a subfolder
    return not (is_resumed_from or name.name in NOT_READ or name.name[0] == "." or "logs" in name.parts)


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
