import re

import pytest

from tfrec_dl.recipes.descriptions import description
from tfrec_dl.recipes.named import RECIPES, recipes_of


def test_every_recipe_is_listed_with_its_source(program):
    printed = program("models").out
    for recipe in recipes_of("retrieval").values():
        assert f"{recipe.name}\n  {recipe.source}\n" in printed


def test_every_setting_listed_can_be_set_to_what_is_listed(program):
    blocks = program("models").out.split("\n\n")
    for recipe, block in zip(recipes_of("retrieval").values(), blocks, strict=False):
        listed = dict(re.findall(r"(\S+)=(\S+)", block))
        assert listed["training.epochs"] == str(recipe.training.epochs)
        simple = {name: value for name, value in listed.items() if value[0] not in "(["}
        assert recipe.with_settings(simple) == recipe


def test_settings_left_open_say_what_decides(program):
    printed = program("models").out
    assert "model.loss=(depends on the catalogue's size)" in printed
    assert "training.context=(half of max_length)" in printed
    assert "(open)" not in printed


def test_settings_of_what_reads_features_are_listed_once_and_can_be_set(program):
    printed = program("models").out
    listed = dict(re.findall(r"(model\.content\.\S+)=(\S+)", printed))
    assert {"model.content.text.filters", "model.content.image", "model.content.fusion"} <= set(listed)
    for name in listed:
        assert len(re.findall(rf"{re.escape(name)}=", printed)) == 1
    simple = {name: value for name, value in listed.items() if value[0] not in "(["}
    recipe = RECIPES["gru"]
    assert recipe.with_settings(simple) == recipe
    for name, choices in (("image", "backbone, gan_features, image_cnn"), ("fusion", "concatenation, gated_sum")):
        assert f"model.content.{name} is one of {choices}" in printed
        for choice in re.split(", | or ", choices):
            assert getattr(recipe.with_settings({name: choice}).model.content, name).name == choice


def test_every_ranking_recipe_is_listed_and_its_settings_can_be_set_to_what_is_listed(program):
    printed = program("models").out.split("for --task ranking\n")[1]
    *blocks, common = printed.strip().split("\n\n")[: len(recipes_of("ranking")) + 1]
    assert common.startswith("every ranking recipe\n")
    for recipe, block in zip(recipes_of("ranking").values(), blocks, strict=True):
        assert block.startswith(f"{recipe.name}\n  {recipe.source}\n")
        listed = dict(re.findall(r"(\S+)=(\S+)", block + common))
        assert listed["training.epochs"] == str(recipe.training.epochs)
        simple = {name: value for name, value in listed.items() if value[0] not in "(["}
        assert recipe.with_settings(simple) == recipe


def test_choices_of_ranking_can_be_set(program):
    printed = " ".join(program("models").out.split())
    for name, choices in (
        ("sharing", "shared_bottom, shared_embeddings or mmoe"),
        ("click", "choice or click"),
        ("rating.output", "cumulative_logit or squared_error"),
        ("calibration", "platt, isotonic or none"),
    ):
        assert re.search(rf"model\.{name} (is )?{choices}", printed)
        for choice in re.split(", | or ", choices):
            found = RECIPES["din"].with_settings({f"model.{name}": choice}).to_dict()["model"]
            for part in name.split("."):
                found = found[part]
            assert (found or {"name": "none"})["name"] == choice


@pytest.mark.parametrize("name", ["gru", "stacked", "cfgan", "din", "deep_conn"])
def test_a_recipe_is_explained_setting_by_setting(program, name):
    recipe, printed = RECIPES[name], program("models", name).out
    words = " ".join(printed.split())
    assert printed.startswith(f"{name}, for --task {recipe.family.task.name}\n  {recipe.source}\n")
    for path in recipe.family.settings(recipe):
        assert description(recipe, path), path
        assert path[:40] in words  # longer ones are folded


def test_what_a_setting_is_comes_from_the_class_that_holds_it(program, refusal):
    printed = " ".join(program("models", "gru", "caser").out.split())
    assert "model.body.units 128 width of each layer." in printed
    assert "model.body.window 5 items that a state sees (the paper's L)." in printed
    assert "One of backbone, gan_features, image_cnn." in printed
    assert "no recipe is called 'gruu': did you mean 'gru'?" in refusal("models", "gru", "gruu")
