import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import tfrec_dl

SOURCE = Path(tfrec_dl.__file__)
PROMISED = (
    "Interactions",
    "Columns",
    "Split",
    "leave_last_out",
    "temporal",
    "Vocabulary",
    "Histories",
    "TrainingWindows",
    "WindowConfig",
    "RECIPES",
    "Recipe",
    "ModelConfig",
    "TrainingConfig",
    "get_recipe",
    "build_model",
    "RetrievalModel",
    "fit",
    "train",
    "Run",
    "DataSource",
    "evaluate",
    "Report",
    "paired_difference",
    "leaderboard",
    "ValidationCallback",
    "RowSparseAdam",
    "make_strategy",
    "serve",
    "LostTaskError",
    "export_saved_model",
    "load",
    "InputError",
    "__version__",
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


def test_a_name_that_does_not_exist_is_an_attribute_error():
    with pytest.raises(AttributeError, match="tfrec_dl attribute Interaction$"):
        _ = tfrec_dl.Interaction


def test_importing_the_package_loads_neither_tensorflow_nor_pandas():
    source = "import sys, tfrec_dl; print(sorted({'tensorflow', 'pandas', 'numpy'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", source], capture_output=True, text=True).stdout == "[]\n"
