"""The folder of a run: what was asked, what came out, and everything needed to go on or to repeat it."""

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
    """A folder whose `config.json` holds what was asked, and whose `metrics.json`, written last, what came out.

    Attributes:
        folder: where it is.
        recipe: the model, with every setting.
        source: the data.
    """

    def __init__(self, folder: Path, recipe: Recipe, source: Source) -> None:
        self.folder = folder
        self.recipe = recipe
        self.source: Any = source

    def __fspath__(self) -> str:
        """Its folder: a run can stand where a path is wanted."""
        return str(self.folder)

    def __repr__(self) -> str:
        """What it is, in a line."""
        state = "finished" if self.finished else "not finished"
        return f"{type(self).__name__}({str(self.folder)!r}, recipe {self.recipe.name!r}, {state})"

    @property
    def finished(self) -> bool:
        """Whether the run has its metrics."""
        return (self.folder / "metrics.json").exists()

    @property
    def report(self) -> str | None:
        """Folder and name of the report on the run, or on the comparison that it is in; None where there is none."""
        folder = self.folder.absolute()
        found = next((each for each in (folder, folder.parent) if (each / REPORT).is_file()), None)
        return None if found is None else f"{found.name}/{REPORT}"

    def config(self) -> dict[str, Any]:
        """Its configuration: recipe, data, their fingerprint and size, versions."""
        return read_configuration(self.folder / "config.json")

    def metrics(self) -> dict[str, float]:
        """Its metrics.

        Raises:
            InputError: if the run is not finished.
        """
        if not self.finished:
            raise InputError(f"{self.folder} is not finished: train with the same settings into it to continue.")
        return read_metrics(self.folder / "metrics.json")

    def model(self) -> Any:
        """The trained model, with the weights of its best epoch.

        Raises:
            InputError: if it is not trained yet, or cannot be read.
        """
        settings = {f"recipe.{name}": value for name, value in flat_settings(self.recipe.to_dict()).items()}
        try:
            with sizes_checked(self.folder, settings):
                model = self.recipe.family.model(self)
        except (InputError, MemoryError):
            raise
        except Exception as error:  # whatever the readers of damaged files end in
            words = " ".join(f"{type(error).__name__}: {error}".split())[:300]
            raise InputError(
                f"the model of {self.folder} cannot be built from its files ({words}): they are damaged, or of another "
                "version."
            ) from error
        # Last, for whoever reads a damaged file says best what is wrong with it.
        refuse_other_content(self.folder, self.config())
        return model

    def features(self) -> dict[str, Catalogue | None]:
        """The features of "items" and "users" that the run was trained with, from its own files; None where none."""
        kept = self.config().get("features", {})
        return {
            name: Catalogue.load(self.folder / f"{name}.parquet") if name in kept else None
            for name in ("items", "users")
        }

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


def run_seconds(run: RunFolder) -> float:
    """What a run's epochs took together, in seconds."""
    seconds = 0.0
    for history in run.folder.rglob("history.csv"):  # its own, or those of a stack's members
        with history.open(newline="", encoding="utf-8") as file:
            try:
                seconds += sum(float(row["seconds"]) for row in csv.DictReader(file))
            except (KeyError, TypeError, ValueError, csv.Error) as error:
                raise InputError(f"{history} is not a history of epochs: the run is damaged.") from error
    return seconds


def start_folder(folder: Path, config: Mapping[str, Any], paths: Collection[str] = ()) -> None:
    """Writes a run's configuration, or finds that of the run that the same call has started.

    Args:
        folder: of the run, created if missing.
        config: the configuration; the plugins that are loaded, where there are any, and the versions of what is
            installed are added.
        paths: as for `check_same`.

    Raises:
        InputError: if the folder holds a run of something else, or other files, or cannot be written to.
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
