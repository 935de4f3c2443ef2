"""Plugins: modules outside the package whose encoders, losses, metrics, baselines and recipes can be named like ours.

A plugin registers its parts when it is imported. It is named on the command line (`--plugin my_module`), in Python
(`load_plugins(["my_module"])`), or installed with an entry point in the group `tfrec_dl.plugins`.
"""

from __future__ import annotations

import importlib
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


def load_installed() -> None:
    """Imports the plugins of installed packages, once."""
    global _installed_are_loaded
    if not _installed_are_loaded:
        _installed_are_loaded = True
        load_plugins(sorted(point.module for point in importlib.metadata.entry_points(group=GROUP)))


def loaded_plugins() -> list[str]:
    """The plugins of this process, in the order in which they were loaded: what runs and exports remember."""
    return list(_loaded)
