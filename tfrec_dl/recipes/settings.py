"""Settings by their paths: finds the place of `--set units=256` in a recipe."""

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

PARTS = re.compile(r"model\.(members\.[^.]+|generator|discriminator)\.")  # a path into one of several networks
NETWORKS = ("generator", "discriminator")  # settings that are a whole network and can be set by a recipe's name


def change(values: dict[str, Any], settings: Mapping[str, Any], configurations: Sequence[type]) -> None:
    """Puts settings into the plain values of a recipe, in place.

    Args:
        values: plain values, such as a recipe's `model` and `training`.
        settings: setting -> value, as for `Recipe.with_settings`.
        configurations: classes of the recipe's `model` and `training`; their annotations show which settings are parts
            given by name.

    Raises:
        InputError: if a setting does not exist or is ambiguous.
    """
    parts = {name: registry for each in configurations for name, registry in registered_settings(each).items()}
    settings = {new_path(values["model"].get("name"), name): value for name, value in settings.items()}
    # Parts given by name come first, because another loss has other settings.
    for name, value in sorted(settings.items(), key=lambda setting: _turn(setting[0], parts)):
        for path in _resolve({part: values[part] for part in ("model", "training")}, name):
            *folders, leaf = path.split(".")
            level = values
            for folder in folders:
                level = level[folder]
            level[leaf] = _parse(leaf, value, level[leaf], parts)
            if leaf == "generator" and isinstance(value, str):  # a generator's recipe includes its training settings
                values["training"] = _network(value)["training"] or values["training"]


def _parse(leaf: str, value: Any, before: Any, parts: Mapping[str, Registry[Any]]) -> Any:
    """Parses a setting's text: a class from its name, a list from "1,2,4"; pydantic parses the rest."""
    if leaf in NETWORKS and isinstance(value, str):
        return _network(value)["model"]
    if leaf in parts and isinstance(value, str) and _is_named(before):
        if value.lower() == "none":
            return None
        try:
            return parts[leaf].plain(parts[leaf].make(value), "python")
        except (InputError, ValidationError):
            return {"name": value}  # refused later, together with all other settings
    if leaf == "members" and isinstance(value, str | list | tuple):
        return {name: _network(name) for name in _listed(value)}
    if isinstance(before, tuple) and isinstance(value, str):
        return _listed(value)
    return value


def _network(name: str) -> dict[str, Any]:
    """Returns the plain values of a one-network recipe: its model, and its training if that is not the usual one."""
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
    """Returns the parts of "1,2,4" or "(1, 2, 4)"; any value that is not text is returned unchanged."""
    return [part.strip() for part in value.strip("()[] ").split(",") if part] if isinstance(value, str) else list(value)


def _turn(setting: str, parts: Mapping[str, Registry[Any]]) -> int:
    """Sort key of a setting: those that determine which other settings exist come first."""
    leaf = setting.rsplit(".", 1)[-1]
    return 0 if leaf == "members" or leaf in NETWORKS else 1 if leaf in parts else 2


def setting_at(place: Sequence[Any]) -> str:
    """Returns a setting's path from the location of a pydantic error."""
    return ".".join(map(str, place))


def _is_named(value: Any) -> bool:
    """Whether a value is one of several classes, or left open; other settings may have the same last part."""
    return value is None or (isinstance(value, Mapping) and "name" in value)


def setting_paths(values: Mapping[str, Any], name: str) -> list[str]:
    """Returns the full paths of a setting of a recipe; several if several of its networks have it.

    Args:
        values: plain values of the recipe, with "model" and "training".
        name: path of the setting, or its last part.

    Raises:
        InputError: if a setting does not exist or is ambiguous.
    """
    name = new_path(values["model"].get("name"), name)
    return _resolve({part: values[part] for part in ("model", "training")}, name)


def _resolve(values: Mapping[str, Any], name: str) -> list[str]:
    """Returns the full paths for a path or last part of a setting; several if several networks have it."""
    paths = list(_paths(values))
    if name in paths:
        return [name]
    matches = [path for path in paths if path.endswith(f".{name}")]
    # A feature reader's setting needs more than its last part: "text.dropout" as opposed to the body's "dropout".
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
    """Returns the path of every setting; the name of a body or loss is not a setting."""
    found = []
    for key, value in values.items():
        if key == "name":
            continue
        found.append(f"{prefix}{key}")
        if isinstance(value, Mapping):
            found += _paths(value, f"{prefix}{key}.")
    return found
