"""The run folder: what was asked, what came out, and everything needed to go on or to repeat it."""

import importlib.metadata
import json
import platform
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tfrec_dl.data.catalogue import Catalogue
from tfrec_dl.data.cold_start import ColdStartSplit
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.source import DataSource
from tfrec_dl.data.splits import Split
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.stack_files import load_stack
from tfrec_dl.files import replacing
from tfrec_dl.recipes import Recipe, StackedConfig, build_model
from tfrec_dl.tasks.retrieval import RetrievalModel
from tfrec_dl.tasks.stacking.stacked_model import StackedModel
from tfrec_dl.training.resumable import restore_best

MEMBERS = "members"  # folder of the runs of a stack's deep members
PACKAGES = ("tfrec-dl", "tensorflow", "tf-keras", "tensorflow-recommenders", "numpy", "pandas")


class Run:
    """A folder with `config.json`, `vocabulary.txt`, `metrics.json`, `history.csv`, `checkpoints/` and `logs/`.

    Beside them `items.parquet` and `users.parquet`, where the model reads features, so that it can be built again
    without its data.

    A stack's run has, in place of history, checkpoints and logs, a run of each deep member in `members/`, its floors in
    `floors/`, and `ranker.npz`.

    A run is finished when its `metrics.json` exists; that is written last.

    Attributes:
        folder: where it is.
        recipe: the model, with every setting.
        source: the data.
    """

    def __init__(self, folder: Path, recipe: Recipe, source: DataSource) -> None:
        self.folder = folder
        self.recipe = recipe
        self.source = source

    @staticmethod
    def begin(
        folder: Path,
        recipe: Recipe,
        source: DataSource,
        interactions: Interactions,
        vocabulary: Vocabulary,
        features: Mapping[str, Catalogue | None],
    ) -> "Run":
        """Starts a run, or finds the unfinished one that the same call has started.

        Args:
            folder: of the run.
            recipe: the model.
            source: the data.
            interactions: of the source.
            vocabulary: of the split.
            features: "items" and "users" -> the source's catalogue, or None.

        Raises:
            InputError: if the folder holds a finished run, a run of something else, or other files, or cannot be
                written to.
        """
        config = {
            "recipe": recipe.to_dict(),
            "data": asdict(source.absolute()),
            "data_fingerprint": interactions.fingerprint(),
            "data_size": {
                "interactions": len(interactions),
                "users": len(interactions.user_ids),
                "items": len(interactions.item_ids),
                "items_in_vocabulary": len(vocabulary.ids),
            },
        }
        config["features"] = describe_features(features)
        path = folder / "config.json"
        if path.exists():
            _check_continues(folder, config)
        else:
            refuse_other_files(folder)
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise InputError(f"cannot create {folder}: {error.strerror}; choose another folder.") from error
            write_json(path, {**config, "versions": installed_versions()})
        # After the configuration, by which a call that continues knows the folder as its own.
        for name, catalogue in features.items():
            if catalogue is not None and not (folder / f"{name}.parquet").exists():
                catalogue.save(folder / f"{name}.parquet")
        if not (folder / "vocabulary.txt").exists():
            vocabulary.save(folder / "vocabulary.txt")
        return Run(folder, recipe, source.absolute())

    @staticmethod
    def open(folder: Path | str) -> "Run":
        """Opens a run, finished or not.

        Raises:
            InputError: if the folder holds none.
        """
        folder = Path(folder)
        config = _read_json(folder / "config.json")
        try:
            return Run(folder, Recipe.from_dict(config["recipe"]), DataSource(**config["data"]))
        except (KeyError, TypeError, ValidationError) as error:
            reason = f"{type(error).__name__}, {str(error).splitlines()[0]}"
            raise InputError(f"{folder / 'config.json'} is not a run's configuration ({reason}).") from error

    @property
    def finished(self) -> bool:
        """Whether the run has its metrics."""
        return (self.folder / "metrics.json").exists()

    def config(self) -> dict[str, Any]:
        """Everything that was asked: recipe, data, its fingerprint and size, versions."""
        return _read_json(self.folder / "config.json")

    def metrics(self) -> dict[str, float]:
        """Everything that was measured.

        Raises:
            InputError: if the run is not finished.
        """
        if not self.finished:
            raise InputError(f"{self.folder} is not finished: run the same `tfrec-dl train` command again to continue.")
        return _read_json(self.folder / "metrics.json")

    def vocabulary(self) -> Vocabulary:
        """The items and their training counts."""
        return Vocabulary.load(self.folder / "vocabulary.txt")

    def model(self) -> RetrievalModel | StackedModel:
        """The trained model: with the weights of its best epoch, or the stack.

        Raises:
            InputError: if it is not trained yet, or cannot be read.
        """
        return self.stacked_model() if isinstance(self.recipe.model, StackedConfig) else self.retrieval_model()

    def stacked_model(self) -> StackedModel:
        """`model` of a stack.

        Raises:
            InputError: as `model`, and if the recipe is no stack.
        """
        if not isinstance(self.recipe.model, StackedConfig):
            raise InputError(f"{self.folder} is a run of {self.recipe.name!r}, which is no stack.")
        names = self.recipe.model.members
        deep = {name: Run.open(self.folder / MEMBERS / name).retrieval_model() for name in names}
        return load_stack(self.folder, self.vocabulary(), deep)

    def retrieval_model(self) -> RetrievalModel:
        """`model` of a recipe that is no stack.

        Raises:
            InputError: as `model`, and for a stack.
        """
        model = build_model(self.recipe, self.vocabulary(), self._features("items"), self._features("users"))
        restore_best(model, self.folder)
        return model

    def split(self) -> Split:
        """Reads the run's data again and splits it as in training.

        Raises:
            InputError: as `interactions`.
        """
        return self.source.divide(self.interactions(), self._features("items"))

    def cold_split(self) -> ColdStartSplit:
        """Reads the data of a run on a cold-start split again, and holds the same items out.

        Raises:
            InputError: as `interactions`.
        """
        return self.source.hold_out(self.interactions(), self._features("items"))

    def _features(self, name: str) -> Catalogue | None:
        path = self.folder / f"{name}.parquet"
        return Catalogue.load(path) if name in self.config().get("features", {}) else None

    def interactions(self) -> Interactions:
        """Reads the run's table again.

        Raises:
            InputError: if the table is gone or is no longer the one trained on.
        """
        interactions = self.source.read()
        found, expected = interactions.fingerprint(), self.config()["data_fingerprint"]
        if found != expected:
            raise InputError(
                f"{self.source.path} has changed since {self.folder} was trained "
                f"(fingerprint {found[:12]}, then {expected[:12]}): bring the old table back, or train again."
            )
        return interactions


def describe_features(features: Mapping[str, Catalogue | None]) -> dict[str, Any]:
    """What a run's configuration says of its catalogues, "items" and "users" where there are any."""
    return {
        name: {"kinds": dict(catalogue.kinds), "rows": len(catalogue), "fingerprint": catalogue.fingerprint()}
        for name, catalogue in features.items()
        if catalogue is not None
    }


def refuse_other_files(folder: Path) -> None:
    """Raises InputError where a folder without a run's configuration holds anything."""
    if folder.exists() and not (folder / "config.json").exists() and not _is_unstarted(folder):
        raise InputError(f"{folder} exists and is not a run: choose a new folder.")


def write_json(path: Path, values: dict[str, Any]) -> None:
    """Writes values as JSON, whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(values, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def flat_settings(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """A nested configuration with one level: path, as `--set` and `Recipe.with_settings` take it, -> value."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        flat |= flat_settings(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": value}
    return flat


def _check_continues(folder: Path, config: dict[str, Any]) -> None:
    found = _read_json(folder / "config.json")
    if (folder / "metrics.json").exists():
        raise InputError(f"{folder} holds a finished run: choose a new folder, or delete that one.")
    before, now = flat_settings(found), flat_settings(json.loads(json.dumps(config)))
    for name in {**now, **before}:
        if not name.startswith("versions.") and before.get(name) != now.get(name):
            raise InputError(
                f"{folder} holds an unfinished run with {name} {before.get(name)!r}, not {now.get(name)!r}: "
                "repeat its command to continue it, or choose a new folder."
            )


def _is_unstarted(folder: Path) -> bool:
    """Whether a folder is empty but for what is left of a run that was killed while it wrote its configuration."""
    return folder.is_dir() and all(entry.name.startswith(".config.json.") for entry in folder.iterdir())


def _read_json(path: Path) -> dict[str, Any]:
    try:
        values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InputError(f"{path} does not exist: {path.parent} is not a run's folder.") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read ({str(error).splitlines()[0]}): the run is damaged.") from error
    return values


def installed_versions() -> dict[str, str]:
    """Versions of Python and of the packages that make a model; "unknown" where one is not installed as a package."""
    versions = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:  # run from a checkout that is not installed
            versions[package] = "unknown"
    return versions
