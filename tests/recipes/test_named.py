"""Recipes by name: those that are added stand beside ours."""

from dataclasses import replace

import pytest

import tfrec_dl
from tfrec_dl.errors import InputError
from tfrec_dl.recipes.named import RECIPES, recipes_of


@pytest.fixture(autouse=True)
def _forgets(monkeypatch):
    """What a test adds is gone after it."""
    monkeypatch.setattr("tfrec_dl.recipes.families._added", {})


def test_an_added_recipe_is_found_by_its_name_among_those_of_its_task():
    wide = replace(tfrec_dl.get_recipe("gru").with_settings({"units": 256}), name="wide_gru")
    assert "wide_gru" not in RECIPES
    assert tfrec_dl.register_recipe(wide) is wide
    assert tfrec_dl.get_recipe("wide_gru").model.body.units == 256
    assert "wide_gru" in recipes_of("retrieval")
    assert "wide_gru" not in recipes_of("ranking")
    assert set(RECIPES) >= {"wide_gru", "gru", "din", "deep_conn"}


def test_a_name_that_is_taken_is_refused_and_the_same_recipe_again_is_not():
    gru = tfrec_dl.get_recipe("gru")
    assert tfrec_dl.register_recipe(gru) == gru
    with pytest.raises(InputError, match="there is another recipe called 'gru': choose another name") as refused:
        tfrec_dl.register_recipe(gru.with_settings({"units": 3}))
    assert "\n" not in str(refused.value)
    assert tfrec_dl.get_recipe("gru") == gru
