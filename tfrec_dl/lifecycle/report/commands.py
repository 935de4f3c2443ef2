"""Commands that reproduce a run."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from tfrec_dl.families.run import Run
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.runs.run_config import flat_settings
from tfrec_dl.stacking.counts import NETWORK, forms

OPTIONS = {
    "path": "--data",
    "user": "--user-column",
    "item": "--item-column",
    "time": "--time-column",
    "rating": "--rating-column",
    "split": "--split",
    "min_count": "--min-count",
    "items": "--items",
    "users": "--users",
    "duplicates": "--duplicates",
    "image_folder": "--image-folder",
}
MEMBER = f"model.members.{NETWORK}.model."


def python_lines(run: Run) -> str:
    """Returns Python code that trains the run's recipe on its data again, whatever they are."""
    return "\n".join(
        [
            "import tfrec_dl",
            "",
            f"run = tfrec_dl.open_run({str(run.folder)!r})",
            f"tfrec_dl.train(run.recipe, run.source, {f'{run.folder}-again'!r})",
        ]
    )


def shell_lines(run: Run) -> str:
    """Returns commands that train, evaluate and export; without training if options cannot express all of it."""
    words = _training(run)
    folder = shlex.quote(str(run.folder))
    lines = [] if words is None else [f"tfrec-dl train {words} --out {shlex.quote(f'{run.folder}-again')}"]
    lines += [f"tfrec-dl evaluate {folder}", f"tfrec-dl export {folder} served/{shlex.quote(run.recipe.name)}"]
    return "\n".join([*lines, f"tfrec-dl report {folder} --out report.html"])


def _training(run: Run) -> str | None:
    """Returns options of `tfrec-dl train`; None if they cannot express the whole training."""
    data, settings = _data(run.source), _settings(run)
    if data is None or settings is None:
        return None
    pairs = [*data.items(), ("--model", run.recipe.name), *(("--set", text) for text in settings)]
    return " ".join(f"{option} {shlex.quote(text)}" for option, text in pairs)


def _data(source: Any) -> Mapping[str, str] | None:
    """Maps options to texts for settings that differ from the defaults; None if a setting has no option."""
    found = {}
    for field in fields(source):
        value = getattr(source, field.name)
        default = getattr(type(source), field.name, None)
        if value in (default, None, {}) or (field.name == "image_size" and tuple(value) == (64, 64)):
            continue
        if field.name not in OPTIONS:
            return None
        found[OPTIONS[field.name]] = str(value)
    return found


def _settings(run: Run) -> list[str] | None:
    """Returns KEY=VALUE for settings that differ from the named recipe; None if one cannot be written this way."""
    now = flat_settings(run.recipe.to_dict())
    if run.recipe.name not in RECIPES:
        return None
    for form in forms(RECIPES[run.recipe.name]):
        if form.family.name != run.recipe.family.name:
            continue
        before = flat_settings(form.to_dict())
        changed = {name: value for name, value in now.items() if before.get(name) != value}
        if all(type(value) in (str, int, float, bool) for value in changed.values()) and before.keys() == now.keys():
            return [f"{name.replace(MEMBER, 'model.')}={value}" for name, value in changed.items()]
    return None
