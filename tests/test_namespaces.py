"""Namespaces of tasks: every name of a stub is the object of its module, and nothing is imported before."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOMS = ("adversarial", "drift", "reviews", "stacking")


@pytest.mark.parametrize("room", ROOMS)
def test_names_of_a_stub_are_those_of_their_modules(room):
    namespace = importlib.import_module(f"tfrec_dl.{room}")
    stub = ast.parse((Path(namespace.__file__).parent / "__init__.pyi").read_text())
    names = [
        (node.module, alias.name) for node in stub.body if isinstance(node, ast.ImportFrom) for alias in node.names
    ]
    assert sorted(name for _, name in names) == sorted(namespace.__all__)
    for module, name in names:
        assert getattr(namespace, name) is getattr(importlib.import_module(f"tfrec_dl.{room}.{module}"), name)


def test_importing_the_namespaces_loads_neither_tensorflow_nor_pandas():
    imports = "; ".join(f"import tfrec_dl.{room}" for room in ROOMS)
    source = f"import sys; {imports}; print(sorted({{'tensorflow', 'pandas'}} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", source], capture_output=True, text=True).stdout == "[]\n"
