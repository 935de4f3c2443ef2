"""Settings by their paths: how `--set units=256` finds its place in a recipe."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from tfrec_dl.errors import InputError
from tfrec_dl.names import closest, nearest
from tfrec_dl.recipes.families import known_recipes
from tfrec_dl.recipes.renamed import new_path
from tfrec_dl.registered_fields import registered_settings
from tfrec_dl.registry import Registry

PARTS = re.compile(r"model\.(members\.[^.]+|generator|discriminator)\.")  # a path into one network of several
NETWORKS = ("generator", "discriminator")  # settings that are a whole network, and can be set by a recipe's name


def change(values: dict[str, Any], settings: Mapping[str, Any], configurations: Sequence[type]) -> None:
    """Puts settings into the plain values of a recipe, in place.

    Args:
        values: as of a recipe's `model` and `training`.
        settings: setting -> value, as for `Recipe.with_settings`.
        configurations: classes of the recipe's `model` and `training`, whose annotations show which settings are parts
            and go by name.

    Raises:
        InputError: for a setting that does not exist or is ambiguous.
    """
    parts = {name: registry for each in configurations for name, registry in registered_settings(each).items()}
    settings = {new_path(values["model"].get("name"), name): value for name, value in settings.items()}
    # Those set by a name first: another loss has other settings.
    for name, value in sorted(settings.items(), key=lambda setting: _turn(setting[0], parts)):
        for path in _resolve({part: values[part] for part in ("model", "training")}, name):
            *folders, leaf = path.split(".")
            level = values
            for folder in folders:
                level = level[folder]
            level[leaf] = _parse(leaf, value, level[leaf], parts)
            if leaf == "generator" and isinstance(value, str):  # it comes with how it is trained
                values["training"] = _network(value)["training"] or values["training"]


def _parse(leaf: str, value: Any, before: Any, parts: Mapping[str, Registry[Any]]) -> Any:
    """A setting's value, where it is text: a class from its name, a list from "1,2,4"; pydantic parses the rest."""
    if leaf in NETWORKS and isinstance(value, str):
        return _network(value)["model"]
    if leaf in parts and isinstance(value, str) and _is_named(before):
        if value.lower() == "none":
            return None
        try:
            return parts[leaf].plain(parts[leaf].make(value), "python")
        except (InputError, ValidationError):
            return {"name": value}  # refused with all the other settings
    if leaf == "members" and isinstance(value, str | list | tuple):
        return {name: _network(name) for name in _listed(value)}
    if isinstance(before, tuple) and isinstance(value, str):
        return _listed(value)
    return value


def _network(name: str) -> dict[str, Any]:
    """The plain values of a recipe of one network: its model, and its training where that is not the usual one."""
    recipes = known_recipes()
    networks = [each for each, recipe in recipes.items() if recipe.family.is_network]
    if name not in recipes:
        raise InputError(f"no recipe is called {name!r}: {closest(name, networks)}")
    if name not in networks:
        tasks = {recipes[network].family.task.name for network in networks}
        what = "is several networks, not one" if recipes[name].family.task.name in tasks else "does not find items"
        raise InputError(f"{name!r} {what}: choose one of {', '.join(networks)}.")
    model, training = recipes[name].model, recipes[name].training
    usual = training == type(training)()
    return {
        "model": TypeAdapter(type(model)).dump_python(model),
        "training": None if usual else TypeAdapter(type(training)).dump_python(training),
    }


def _listed(value: Any) -> list[Any]:
    """The parts of "1,2,4" or "(1, 2, 4)"; anything else than text as it is."""
    return [part.strip() for part in value.strip("()[] ").split(",") if part] if isinstance(value, str) else list(value)


def _turn(setting: str, parts: Mapping[str, Registry[Any]]) -> int:
    """When a setting is set: first those that decide which others there are."""
    leaf = setting.rsplit(".", 1)[-1]
    return 0 if leaf == "members" or leaf in NETWORKS else 1 if leaf in parts else 2


def setting_at(place: Sequence[Any]) -> str:
    """A setting's path from the place of a pydantic error."""
    return ".".join(map(str, place))


def _is_named(value: Any) -> bool:
    """Whether a value is one of several classes, or left open; settings elsewhere may have the same last part."""
    return value is None or (isinstance(value, Mapping) and "name" in value)


def setting_paths(values: Mapping[str, Any], name: str) -> list[str]:
    """The full paths of a setting of a recipe; several where several of its networks have it.

    Args:
        values: plain values of the recipe, with "model" and "training".
        name: the setting's path, or the last part of it.

    Raises:
        InputError: for a setting that does not exist, or is ambiguous.
    """
    name = new_path(values["model"].get("name"), name)
    return _resolve({part: values[part] for part in ("model", "training")}, name)


def _resolve(values: Mapping[str, Any], name: str) -> list[str]:
    """The full paths of a setting given by its path or by its last part: several where several networks have it."""
    paths = list(_paths(values))
    if name in paths:
        return [name]
    matches = [path for path in paths if path.endswith(f".{name}")]
    # What reads an item's features goes by more than the last part: "text.dropout" beside the body's "dropout".
    matches = [path for path in matches if ".content." not in path] or matches
    matches = [path for path in matches if not PARTS.match(path)] or matches
    if len({PARTS.sub("", path, count=1) for path in matches if PARTS.match(path)}) == 1:
        return matches
    if len(matches) == 1:
        return matches
    if matches:
        raise InputError(f"setting {name!r} is ambiguous: choose one of {', '.join(matches)}.")
    leaves = {path.rsplit(".", 1)[-1]: path for path in paths}
    near = nearest(name, [*paths, *leaves])
    hint = f"did you mean {near!r}?" if near else f"choose one of {', '.join(paths)}."
    raise InputError(f"there is no setting {name!r}: {hint}")


def _paths(values: Mapping[str, Any], prefix: str = "") -> list[str]:
    """Every setting's path; the name of a body or loss is no setting."""
    found = []
    for key, value in values.items():
        if key == "name":
            continue
        found.append(f"{prefix}{key}")
        if isinstance(value, Mapping):
            found += _paths(value, f"{prefix}{key}.")
    return found
