import re

from tfrec_dl.recipes import RECIPES


def test_every_recipe_is_listed_with_its_source(program):
    printed = program("models").out
    for recipe in RECIPES.values():
        assert f"{recipe.name}\n  {recipe.source}\n" in printed


def test_every_setting_listed_can_be_set_to_what_is_listed(program):
    blocks = program("models").out.split("\n\n")
    for recipe, block in zip(RECIPES.values(), blocks, strict=False):
        listed = dict(re.findall(r"(\S+)=(\S+)", block))
        assert listed["training.epochs"] == str(recipe.training.epochs)
        simple = {name: value for name, value in listed.items() if value[0] not in "(["}
        assert recipe.with_settings(simple) == recipe


def test_settings_left_open_say_what_decides(program):
    printed = program("models").out
    assert "model.loss=(by the catalogue's size)" in printed
    assert "training.context=(half of max_length)" in printed
    assert "(open)" not in printed
