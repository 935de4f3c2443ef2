"""Lazy imports for packages of parts: classes and helpers are imported when they are first used."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

import lazy_loader

from tfrec_dl.registry import Registry


def lazily(
    package: str, registries: Registry[Any] | Iterable[Registry[Any]], helpers: Mapping[str, list[str]]
) -> Callable[[str], Any]:
    """Returns the `__getattr__` of a package of parts, which imports classes and helpers when they are first used.

    `dir` of the package lists them too.

    Args:
        package: name of the package.
        registries: registries of its classes.
        helpers: module of the package -> its names that are not parts.
    """
    helper, _, helper_names = lazy_loader.attach(package, submod_attrs=dict(helpers))
    all_registries = [registries] if isinstance(registries, Registry) else list(registries)

    def attribute(name: str) -> Any:
        if name in helper_names:
            return helper(name)
        for registry in all_registries:
            with suppress(AttributeError):
                return registry.class_called(name)
        raise AttributeError(f"{package} has no {name!r}")

    module = sys.modules[package]

    def names() -> list[str]:
        classes = {cls.__name__ for registry in all_registries for cls in registry.classes()}
        return sorted({*module.__all__, *helper_names, *classes})

    vars(module)["__dir__"] = names
    return attribute
