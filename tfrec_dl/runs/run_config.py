"""A run's configuration: what it holds, and checks that a folder holds the run of just that one."""

import importlib.metadata
import json
import logging
import platform
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.errors import InputError
from tfrec_dl.files import LOCK, write_json
from tfrec_dl.plugins import load_remembered
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.recipes.renamed import with_new_names
from tfrec_dl.runs.run_files import read_configuration

logger = logging.getLogger(__name__)

PACKAGES = ("tfrec-dl", "tensorflow", "tf-keras", "tensorflow-recommenders", "numpy", "pandas")


def describe_features(features: Mapping[str, Catalogue | None]) -> dict[str, Any]:
    """Description of a run's catalogues in its configuration, "items" and "users" where there are any."""
    return {
        name: {"kinds": dict(catalogue.kinds), "rows": len(catalogue), "fingerprint": catalogue.fingerprint()}
        for name, catalogue in features.items()
        if catalogue is not None
    }


def refuse_other_files(folder: Path) -> None:
    """Raises InputError where a folder without a run's configuration holds anything."""
    if folder.exists() and not (folder / "config.json").exists() and not _is_unstarted(folder):
        raise InputError(f"{folder} exists and is not a run: choose a new folder.")


def flat_settings(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """A nested configuration with one level: path, as `--set` and `Recipe.with_settings` take it, -> value."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        flat |= flat_settings(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": value}
    return flat


def check_same(folder: Path, config: dict[str, Any], paths: Collection[str] = ()) -> None:
    """Refuses a folder's run unless it was begun with just this configuration.

    Data that have moved are the same data, by their fingerprints: then the run is told their new place.

    Args:
        folder: of the run, which its configuration is in.
        config: what is asked for now.
        paths: names in `config["data"]` that hold a path, or None.

    Raises:
        InputError: that names the first setting that differs.
    """
    path = folder / "config.json"
    found, config = read_configuration(path), json.loads(json.dumps(config))
    if "recipe" in found:
        found["recipe"] = _with_new_settings(with_new_names(found["recipe"]))
    before, now = flat_settings(found), flat_settings(config)
    fingerprints = [name for name in {**now, **before} if name.endswith("fingerprint")]
    same_content = all(before.get(name) == now.get(name) for name in fingerprints)
    moved = {f"data.{name}" for name in paths} if same_content else set()
    for name in {**now, **before}:
        if name == "plugins" or name.startswith(("versions.", "files.")) or name in moved:
            continue
        if name.startswith("data.") and name not in before:
            continue  # newer than the run; what it decides, the fingerprint of the data shows
        if before.get(name) != now.get(name):
            is_finished = (folder / "metrics.json").exists()
            if name == "data_fingerprint":
                raise InputError(
                    f"{config['data'].get('path', 'the table')} has changed since {folder} was begun: give the table "
                    "as it was, or choose a new folder."
                )
            remedy = "delete that one" if is_finished else "repeat its command to continue it"
            raise InputError(
                f"{folder} holds {'a finished' if is_finished else 'an unfinished'} run with {name} "
                f"{before.get(name)!r}, not {now.get(name)!r}: {remedy}, or choose a new folder."
            )
    if found.get("data") != config.get("data"):
        logger.info("the same data as before, in another place")
        write_json(path, {**found, "data": config["data"]})


def _with_new_settings(values: dict[str, Any]) -> dict[str, Any]:
    """A recipe's plain values with the defaults of settings that are newer; as they are where they make no recipe."""
    try:
        return Recipe.from_dict(values).to_dict()
    except InputError:
        return values


def read_config(folder: Path) -> dict[str, Any]:
    """Reads a run's configuration and imports the plugins that the run was made with, for its parts may be theirs.

    Raises:
        InputError: if it is missing or damaged, or a plugin is not installed.
    """
    config = read_configuration(folder / "config.json")
    try:
        load_remembered(config.get("plugins", ()))
    except InputError as error:
        raise InputError(f"{folder} cannot be opened: {error}") from error
    return config


def installed_versions() -> dict[str, str]:
    """Versions of Python and of the packages that make a model; "unknown" where one is not installed as a package."""
    versions = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:  # run from a checkout that is not installed
            versions[package] = "unknown"
    return versions


def _is_unstarted(folder: Path) -> bool:
    """Whether a folder is empty but for what is left of a run that was killed while it wrote its configuration."""
    return folder.is_dir() and all(entry.name.startswith((".config.json.", LOCK)) for entry in folder.iterdir())
