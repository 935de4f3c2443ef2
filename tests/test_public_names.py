import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import tfrec_dl

SOURCE = Path(tfrec_dl.__file__)
ROOT = Path(__file__).parents[1]
NAMESPACES = ("data", "evaluation", "ranking", "retrieval", "reviews", "runs", "serving", "two_stage", "adversarial")
PROMISED = (
    "Interactions",
    "Catalogue",
    "Impressions",
    "DataSource",
    "leave_last_out",
    "temporal",
    "RECIPES",
    "get_recipe",
    "build_model",
    "fit",
    "train",
    "compare",
    "open_run",
    "evaluate",
    "export",
    "add_items",
    "load",
    "load_plugins",
    "InputError",
    "__version__",
    "encoders",
    "losses",
    "metrics",
    "baselines",
    "features",
    "ranking",
    "adversarial",
    "stacking",
)


@pytest.mark.parametrize("name", PROMISED)
def test_promised_names_are_there(name):
    assert name in dir(tfrec_dl)
    assert getattr(tfrec_dl, name) is not None


def test_type_checkers_see_the_names_that_are_loaded_and_where_from():
    tree = ast.parse(SOURCE.with_suffix(".pyi").read_text())
    seen = {
        alias.asname: (f"tfrec_dl.{node.module}", alias.name) if node.module else (f"tfrec_dl.{alias.name}", "")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert {*seen, "__version__"} == set(dir(tfrec_dl))
    for name, (module, original) in seen.items():
        there = importlib.import_module(module)
        assert getattr(tfrec_dl, name) is (getattr(there, original) if original else there)


def test_there_are_as_many_names_as_people_can_keep_in_mind():
    names = [name for name in dir(tfrec_dl) if not name.startswith("_")]
    assert (
        len([name for name in names if not isinstance(getattr(tfrec_dl, name), ModuleType)]) <= 39
    )  # the namespaces are one more


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_names_of_a_namespace_are_its_classes_and_functions(namespace):
    there = importlib.import_module(f"tfrec_dl.{namespace}")
    for name in dir(there):
        assert getattr(there, name) is not None
    assert getattr(tfrec_dl, namespace) is there


def test_examples_use_public_names_alone():
    deep = re.compile(r"(?:from|import) tfrec_dl\.\w+\.|tfrec_dl(?:\.\w+)*\._")
    for path in (ROOT / "examples").glob("*.py"):
        assert not deep.search(path.read_text()), path


def test_a_name_that_does_not_exist_is_an_attribute_error():
    with pytest.raises(AttributeError, match="tfrec_dl attribute Interaction$"):
        _ = tfrec_dl.Interaction


def test_importing_the_package_loads_neither_tensorflow_nor_pandas():
    source = "import sys, tfrec_dl; print(sorted({'tensorflow', 'pandas', 'numpy'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", source], capture_output=True, text=True).stdout == "[]\n"
