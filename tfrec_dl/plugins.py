"""Plugins: modules outside the package whose encoders, losses, metrics, baselines and recipes can be named like ours.

A plugin registers its parts when it is imported. It is named on the command line (`--plugin my_module`), in Python
(`load_plugins(["my_module"])`), or installed with an entry point in the group `tfrec_dl.plugins`.
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
    """Imports plugins by the names of their modules; the working directory is searched too.

    Raises:
        InputError: if a module is not found, or fails while it is imported.
    """
    for name in modules:
        if name in _loaded:
            continue
        if os.getcwd() not in sys.path and "" not in sys.path:
            sys.path.append(os.getcwd())  # as `python -m` would have it; programs that pip installs do not
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
    """Imports the plugins that a run was made with, where they are loaded, installed, or on Python's own path.

    A run may be anybody's, so a name in it makes nothing run that merely lies in the working directory: that takes
    `load_plugins`, or `--plugin`.

    Raises:
        InputError: as `load_plugins`.
    """
    for name in modules:
        if name not in _loaded and not _is_installed(name.partition(".")[0]):
            raise InputError(
                f"plugin {name!r} is not installed: install it, or give --plugin {name} where it is, if you trust it."
            )
        load_plugins([name])


def _is_installed(package: str) -> bool:
    """Whether Python itself finds a module or a package; not a mere folder, which any unpacked archive is."""
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
    """The plugins of this process, in the order in which they were loaded: what runs and exports remember."""
    return list(_loaded)
