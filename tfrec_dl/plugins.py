"""Plugins: modules outside the package that register encoders, losses, metrics, baselines and recipes.

A plugin registers its parts when it is imported. Name it on the command line (`--plugin my_module`) or in Python
(`load_plugins(["my_module"])`), or install it with an entry point in the group `tfrec_dl.plugins`.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.metadata
import os
import sys
from collections.abc import Iterable

from tfrec_dl.errors import InputError

GROUP = "tfrec_dl.plugins"

_loaded: list[str] = []
_installed_are_loaded = False


def load_plugins(modules: Iterable[str]) -> None:
    """Imports plugins by module name; the working directory is searched too.

    Raises:
        InputError: if a module is not found, or its import fails.
    """
    for name in modules:
        if name in _loaded:
            continue
        if os.getcwd() not in sys.path and "" not in sys.path:
            sys.path.append(os.getcwd())  # as `python -m` does; scripts installed by pip do not
        try:
            importlib.import_module(name)
        except InputError:
            raise
        except ModuleNotFoundError as error:
            missing = error.name or name
            known = f"plugin {name!r} needs module {missing!r}, which" if missing != name else f"plugin {name!r}"
            raise InputError(f"{known} is not installed: install it, or run where Python finds it.") from error
        except Exception as error:
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise InputError(f"plugin {name!r} cannot be imported ({type(error).__name__}: {reason}).") from error
        _loaded.append(name)


def load_remembered(modules: Iterable[str]) -> None:
    """Imports the plugins that a run was trained with, if they are loaded, installed, or on Python's own path.

    A run may come from anybody, so a name in it must not execute a file in the working directory. That needs
    `load_plugins` or `--plugin`.

    Raises:
        InputError: as `load_plugins`.
    """
    for name in modules:
        if name not in _loaded and not _is_installed(name.partition(".")[0]):
            raise InputError(
                f"plugin {name!r} is not installed: install it, or, if you trust it, run in its folder with "
                f"--plugin {name}."
            )
        load_plugins([name])


def _is_installed(package: str) -> bool:
    """Whether Python itself finds a module or package; a plain folder, such as an unpacked archive, is not enough."""
    if package in sys.modules:
        return True
    spec = importlib.machinery.PathFinder.find_spec(package, [place for place in sys.path if place])
    return spec is not None and spec.origin is not None


def load_installed() -> None:
    """Imports the plugins of installed packages, once."""
    global _installed_are_loaded
    if not _installed_are_loaded:
        _installed_are_loaded = True
        load_plugins(sorted(point.module for point in importlib.metadata.entry_points(group=GROUP)))


def loaded_plugins() -> list[str]:
    """Returns the plugins of this process in loading order, which runs and exports store."""
    return list(_loaded)
