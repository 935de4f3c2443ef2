"""The folder of a run: its inputs, its results, and everything needed to resume or repeat it."""

import csv
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.dataset import Source
from tfrec_dl.errors import InputError
from tfrec_dl.files import remove_unfinished, write_json
from tfrec_dl.plugins import loaded_plugins
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.runs.fingerprints import refuse_other_content
from tfrec_dl.runs.run_config import check_same, flat_settings, installed_versions, refuse_other_files
from tfrec_dl.runs.run_files import read_configuration, read_metrics
from tfrec_dl.runs.size_check import sizes_checked

REPORT = "report.html"
"""Name of a report in the folder of a run or of a comparison."""


class RunFolder:
    """A run's folder: `config.json` holds what was requested, and `metrics.json`, written last, the results.

    Attributes:
        folder: path of the folder.
        recipe: the model with all its settings.
        source: the data.
    """

    def __init__(self, folder: Path, recipe: Recipe, source: Source) -> None:
        self.folder = folder
        self.recipe = recipe
        self.source: Any = source

    def __fspath__(self) -> str:
        """Returns the folder, so that a run can be used as a path."""
        return str(self.folder)

    def __repr__(self) -> str:
        """Describes the run in one line."""
        state = "finished" if self.finished else "not finished"
        return f"{type(self).__name__}({str(self.folder)!r}, recipe {self.recipe.name!r}, {state})"

    @property
    def finished(self) -> bool:
        """Whether the run has its metrics."""
        return (self.folder / "metrics.json").exists()

    @property
    def report(self) -> str | None:
        """Folder and name of the report on the run, or on the comparison that contains it; None without a report."""
        folder = self.folder.absolute()
        found = next((each for each in (folder, folder.parent) if (each / REPORT).is_file()), None)
        return None if found is None else f"{found.name}/{REPORT}"

    def config(self) -> dict[str, Any]:
        """The configuration of the run: recipe, data, fingerprint and size of the data, versions."""
        return read_configuration(self.folder / "config.json")

    def metrics(self) -> dict[str, float]:
        """The metrics of the run.

        Raises:
            InputError: if the run is not finished.
        """
        if not self.finished:
            raise InputError(f"{self.folder} is not finished: train with the same settings into it to continue.")
        return read_metrics(self.folder / "metrics.json")

    def model(self) -> Any:
        """Returns the trained model, with the weights of its best epoch.

        Raises:
            InputError: if the run is not trained yet, or cannot be read.
        """
        settings = {f"recipe.{name}": value for name, value in flat_settings(self.recipe.to_dict()).items()}
        try:
            with sizes_checked(self.folder, settings):
                model = self.recipe.family.model(self)
        except (InputError, MemoryError):
            raise
        except Exception as error:  # any error that reading a damaged file may cause
            words = " ".join(f"{type(error).__name__}: {error}".split())[:300]
            raise InputError(
                f"the model of {self.folder} cannot be built from its files ({words}): they are damaged, or of another "
                "version."
            ) from error
        # Checked last, because an error from reading a damaged file says better what is wrong with it.
        refuse_other_content(self.folder, self.config())
        return model

    def features(self) -> dict[str, Catalogue | None]:
        """Returns the features of "items" and "users" used in training, from the run's own files; None if none."""
        kept = self.config().get("features", {})
        return {
            name: Catalogue.load(self.folder / f"{name}.parquet") if name in kept else None
            for name in ("items", "users")
        }

    def refuse_changed_data(self, path: str, fingerprint: str) -> None:
        """Raises InputError if the data has changed since training.

        Args:
            path: path of the table.
            fingerprint: fingerprint of the current data.
        """
        expected = self.config()["data_fingerprint"]
        if fingerprint != expected:
            raise InputError(
                f"{path} has changed since {self.folder} was trained "
                f"(fingerprint {fingerprint[:12]}, then {expected[:12]}): bring the old table back, or train again."
            )


def run_seconds(run: RunFolder) -> float:
    """Returns the total time of a run's epochs in seconds."""
    seconds = 0.0
    for history in run.folder.rglob("history.csv"):  # the run's own histories, or those of a stack's members
        with history.open(newline="", encoding="utf-8") as file:
            try:
                seconds += sum(float(row["seconds"]) for row in csv.DictReader(file))
            except (KeyError, TypeError, ValueError, csv.Error) as error:
                raise InputError(f"{history} is not a history of epochs: the run is damaged.") from error
    return seconds


def start_folder(folder: Path, config: Mapping[str, Any], paths: Collection[str] = ()) -> None:
    """Writes a run's configuration, or checks it if the same call has already started the run.

    Args:
        folder: folder of the run; created if missing.
        config: the configuration; loaded plugins, if any, and the versions of installed packages are added.
        paths: as for `check_same`.

    Raises:
        InputError: if the folder holds another run or other files, or is not writable.
    """
    path = folder / "config.json"
    if path.exists():
        check_same(folder, dict(config), paths)
        remove_unfinished(folder)
        return
    refuse_other_files(folder)
    folder.mkdir(parents=True, exist_ok=True)
    plugins = {"plugins": loaded_plugins()} if loaded_plugins() else {}
    write_json(path, {**config, **plugins, "versions": installed_versions()})
