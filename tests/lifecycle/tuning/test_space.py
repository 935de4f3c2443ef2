"""The settings that a study searches."""

import pytest

from tfrec_dl.errors import InputError
from tfrec_dl.lifecycle.tuning.space import search_space, values_of
from tfrec_dl.recipes.named import get_recipe
from tfrec_dl.recipes.search_space import SearchChoices, SearchRange, declared_space

LRU = get_recipe("lru")


def test_what_is_asked_for_takes_the_place_of_what_is_declared():
    asked = {"learning_rate": SearchRange(0.001, 0.002), "blocks": None, "loss": SearchChoices(("gbce", "sce"))}
    space = search_space(LRU, asked)
    assert space["training.learning_rate"] == SearchRange(0.001, 0.002)
    assert "model.blocks" not in space
    assert {*space, "model.blocks"} == {*declared_space(LRU), "model.loss"}


def test_numbers_are_of_the_settings_own_kind():
    asked = {"units": SearchRange(8.0, 16.0), "batch_size": SearchChoices(("16", "32"))}
    space = search_space(LRU, asked | {"weight_decay": SearchRange(0, 1)})
    assert repr(space["model.body.units"].low) == "8"
    assert space["training.batch_size"].values == (16, 32)
    assert repr(space["training.weight_decay"].high) == "1.0"


def test_a_setting_of_several_networks_is_searched_for_all_of_them_together():
    recipe = get_recipe("stacked").with_settings({"members": "gru,lru"})
    space = search_space(recipe, {"units": SearchRange(8, 16)})
    assert space["units"] == SearchRange(8, 16)
    assert not [name for name in space if name.endswith(".units")]
    assert values_of(recipe.with_settings({"units": 12}), space)["units"] == 12


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"dropuot": SearchRange(0, 1)}, "there is no setting 'dropuot'"),
        ({"units": SearchRange(0.5, 4)}, "whole numbers, but 0.5:4"),
        ({"batch_size": SearchChoices(("8", "many"))}, "8,many has others"),
        ({"item_dropout": SearchRange(0.1, 1.5)}, "setting model.item_dropout is 1.5"),
        ({"kind": SearchRange(0, 1)}, "model.kind does not take numbers"),
        ({"loss": SearchChoices(("gbce", "softmaxx"))}, "no loss is called 'softmaxx'"),
        (dict.fromkeys(declared_space(LRU)), "no setting left to search"),
    ],
)
def test_what_cannot_be_searched_is_refused(asked, said):
    with pytest.raises(InputError) as refused:
        search_space(LRU, asked)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_values_of_a_recipe_are_those_among_what_is_tried():
    asked = {"learning_rate": SearchRange(0.006, 0.02), "tied": SearchChoices(("true", "false"))}
    values = values_of(LRU, search_space(LRU, asked))
    assert values["model.tied"] == "true"
    assert values["model.body.units"] == 128
    assert not {"training.learning_rate", "model.embedding_dropout"} & set(values)  # below; left to the data
