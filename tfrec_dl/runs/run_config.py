"""Configuration of a run: its content, and checks that a folder holds the run with this configuration."""

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
    """Describes a run's catalogues for its configuration, under "items" and "users" as far as they exist."""
    return {
        name: {"kinds": dict(catalogue.kinds), "rows": len(catalogue), "fingerprint": catalogue.fingerprint()}
        for name, catalogue in features.items()
        if catalogue is not None
    }


def refuse_other_files(folder: Path) -> None:
    """Raises InputError if a folder contains files but no run configuration."""
    if folder.exists() and not (folder / "config.json").exists() and not _is_unstarted(folder):
        raise InputError(f"{folder} exists and is not a run: choose a new folder.")


def flat_settings(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Flattens a nested configuration to paths, as in `--set` and `Recipe.with_settings`, with their values."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        flat |= flat_settings(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": value}
    return flat


def check_same(folder: Path, config: dict[str, Any], paths: Collection[str] = ()) -> None:
    """Rejects a folder's run unless it was begun with this exact configuration.

    Data is recognized by fingerprint. If it has only moved, the new location is recorded in the run.

    Args:
        folder: folder of the run and its configuration.
        config: requested configuration.
        paths: names in `config["data"]` whose values are a path or None.

    Raises:
        InputError: if a setting differs; names the first one.
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
            continue  # newer than the run; the fingerprint of the data covers its effect
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
    """Adds defaults for newer settings to a recipe's plain values; returns them unchanged if they form no recipe."""
    try:
        return Recipe.from_dict(values).to_dict()
    except InputError:
        return values


def read_config(folder: Path) -> dict[str, Any]:
    """Reads a run's configuration and imports the plugins it was made with, which may define its parts.

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
    """Returns the versions of Python and of packages that make a model; "unknown" if not installed as a package."""
    versions = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:  # run from a checkout that is not installed
            versions[package] = "unknown"
    return versions


def _is_unstarted(folder: Path) -> bool:
    """Whether a folder is empty except for leftovers of a run killed while it wrote its configuration."""
    return folder.is_dir() and all(entry.name.startswith((".config.json.", LOCK)) for entry in folder.iterdir())
