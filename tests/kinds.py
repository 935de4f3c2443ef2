"""Determines the kind of a test from what it calls: directly, through its fixtures and through helpers in the tests.

A test whose calls cannot be seen this way, for example because they are in a string, is marked by hand.
"""

import functools
import inspect
import re
from collections.abc import Iterable, Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest

PROCESSES = ("subprocess", "tests.processes")
# Makes a network, trains it, or makes a SavedModel of it, which takes as long.
LEARNS = re.compile(
    r"((train|fit|export|add_items|verify)(_\w+)?)|compare|estimate_size|announce_size|sequence_encoder"
    r"|build_(\w*model|adversarial|autoencoder|deep_conn|network)|(content|id|user)_tower"
)
QUICK = ("tfrec_dl.baselines", "tfrec_dl.data", "tfrec_dl.metrics", "tfrec_dl.evaluation")
COMMANDS = {"train", "compare", "demo", "export", "add-items", "tune"}


def kind_of(item: pytest.Function) -> str:
    """The test's kind.

    Returns:
        "process" if it starts processes, "training" if a network is built, trained or exported for it, else "unit".
    """
    fixtures = [definition.func for found in item._fixtureinfo.name2fixturedefs.values() for definition in found]
    kinds = {kind for function in (item.function, *fixtures) for kind in _kinds_of(function)}
    kinds |= {marker.name for marker in item.iter_markers()}
    return "process" if "process" in kinds else "training" if "training" in kinds else "unit"


@functools.cache  # fixtures and the cases of a test come again and again
def _kinds_of(function: Any) -> frozenset[str]:
    return frozenset(_kinds(function, set()))


def _kinds(function: Any, seen: set[int]) -> Iterator[str]:
    function = inspect.unwrap(function)
    if id(function) in seen or not isinstance(function, FunctionType):
        return
    seen.add(id(function))
    names, constants = _read(function.__code__)
    if {"compile", "fit"} <= names or "getfixturevalue" in names or ("program" in names and COMMANDS & constants):
        yield "training"
    if "GradientTape" in names or ("keras" in names and not names.isdisjoint({"Model", "Sequential"})):
        yield "training"
    for name in names:
        value = function.__globals__.get(name)
        if isinstance(value, ModuleType):
            if value.__name__ in PROCESSES:
                yield "process"
            if value.__name__ == "runpy" or (value.__name__ == "tfrec_dl" and any(map(LEARNS.fullmatch, names))):
                yield "training"
        elif inspect.isclass(value) and any(base.__name__ == "Model" for base in value.__mro__):  # Keras's
            yield "training"
        elif inspect.isclass(value) and value.__module__.startswith("tests."):
            for method in vars(value).values():
                yield from _kinds(method, seen)
        elif isinstance(value, FunctionType):
            if value.__module__.startswith("tests."):
                yield from _kinds(value, seen)
            elif value.__module__.startswith("tfrec_dl") and not value.__module__.startswith(QUICK):
                yield from ["training"] * bool(LEARNS.fullmatch(value.__name__))


def _read(code: CodeType) -> tuple[set[str], set[str]]:
    """The names and the texts in a function, and in those inside of it."""
    names, constants = {*code.co_names, *code.co_freevars, *code.co_varnames}, set(_texts(code.co_consts))
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            further = _read(inner)
            names |= further[0]
            constants |= further[1]
    return names, constants


def _texts(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, tuple):
            yield from _texts(value)
