"""Names that were at the root of the package before its rooms were laid out."""

import importlib
import subprocess
import sys
import warnings

import pytest

import tfrec_dl
from tfrec_dl._moved_modules import MODULES
from tfrec_dl.moved import GONE, PLACES

STILL_THERE = [
    "Catalogue",
    "Columns",
    "DataSource",
    "Impressions",
    "InputError",
    "Interactions",
    "ModelConfig",
    "PreparedSource",
    "RECIPES",
    "RankingSource",
    "Recipe",
    "Recommender",
    "Report",
    "Run",
    "Split",
    "TrainingConfig",
    "add_items",
    "build_model",
    "compare",
    "evaluate",
    "fit",
    "get_recipe",
    "leaderboard",
    "leave_last_out",
    "load",
    "load_ranker",
    "make_strategy",
    "open_run",
    "paired_difference",
    "prepare",
    "temporal",
    "train",
]


@pytest.mark.parametrize("name", sorted(PLACES))
def test_old_name_is_what_it_stood_for_and_says_where_it_is(name):
    place, _, new = f"tfrec_dl.{PLACES[name]}".rpartition(".")
    with pytest.warns(DeprecationWarning, match=f"tfrec_dl.{name} is {place}.{new} now") as warned:
        found = getattr(tfrec_dl, name)
    assert found is getattr(importlib.import_module(place), new)
    assert warned[0].filename == __file__


@pytest.mark.parametrize("name", sorted(GONE))
def test_old_name_without_an_heir_says_what_to_use(name):
    with pytest.raises(AttributeError, match=f"tfrec_dl.{name} is gone: use tfrec_dl"):
        getattr(tfrec_dl, name)


def test_every_old_name_is_there_or_explained():
    assert len({*STILL_THERE, *PLACES, *GONE}) == 164  # all that there were
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in STILL_THERE:
            assert getattr(tfrec_dl, name) is not None


def test_old_names_are_not_listed():
    assert not {*PLACES, *GONE} & {*dir(tfrec_dl), *tfrec_dl.__all__}


def test_names_that_have_not_moved_do_not_load_the_table():
    source = "import sys; from tfrec_dl import InputError; print('tfrec_dl.moved' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", source], capture_output=True, text=True).stdout == "False\n"


@pytest.mark.parametrize(("old", "new"), [pair for pair in MODULES.items() if pair[1]])
def test_old_module_has_the_names_of_the_new_one(old, new):
    sys.modules.pop(old, None)
    with pytest.warns(DeprecationWarning, match=f"{old} is {new} now"):
        there = importlib.import_module(old)
    now = importlib.import_module(new)
    own = [name for name, value in vars(now).items() if getattr(value, "__module__", None) == new]
    assert own
    for name in own:
        assert getattr(there, name) is getattr(now, name)
