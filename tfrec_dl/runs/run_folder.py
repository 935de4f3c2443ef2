"""What the folders of all runs have in common, of retrieval and of ranking."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tfrec_dl.errors import InputError
from tfrec_dl.files import write_json
from tfrec_dl.runs.run_config import check_continues, installed_versions, read_json, refuse_other_files


class RunFolder:
    """A folder whose `config.json` says what was asked, and whose `metrics.json`, written last, what came out.

    Attributes:
        folder: where it is.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def finished(self) -> bool:
        """Whether the run has its metrics."""
        return (self.folder / "metrics.json").exists()

    def config(self) -> dict[str, Any]:
        """Everything that was asked: recipe, data, its fingerprint and size, versions."""
        return read_json(self.folder / "config.json")

    def metrics(self) -> dict[str, float]:
        """Everything that was measured.

        Raises:
            InputError: if the run is not finished.
        """
        if not self.finished:
            raise InputError(f"{self.folder} is not finished: run the same `tfrec-dl train` command again to continue.")
        return read_json(self.folder / "metrics.json")

    def refuse_changed_data(self, path: str, fingerprint: str) -> None:
        """Raises InputError where the data are no longer those trained on.

        Args:
            path: of the table.
            fingerprint: of the data as they are now.
        """
        expected = self.config()["data_fingerprint"]
        if fingerprint != expected:
            raise InputError(
                f"{path} has changed since {self.folder} was trained "
                f"(fingerprint {fingerprint[:12]}, then {expected[:12]}): bring the old table back, or train again."
            )


def start_folder(folder: Path, config: Mapping[str, Any]) -> None:
    """Writes a run's configuration, or finds that of the unfinished run that the same call has started.

    Args:
        folder: of the run, created if missing.
        config: everything that was asked; the versions of what is installed are added.

    Raises:
        InputError: if the folder holds a finished run, a run of something else, or other files, or cannot be written
            to.
    """
    path = folder / "config.json"
    if path.exists():
        check_continues(folder, dict(config))
        return
    refuse_other_files(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot create {folder}: {error.strerror}; choose another folder.") from error
    write_json(path, {**config, "versions": installed_versions()})
