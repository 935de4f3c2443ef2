"""What fields say is worth searching."""

import pytest

from tfrec_dl.errors import InputError
from tfrec_dl.lifecycle.tuning.space import values_of
from tfrec_dl.recipes.named import RECIPES, get_recipe
from tfrec_dl.recipes.search_space import SearchChoices, SearchRange, declared_space, parse_search
from tfrec_dl.runs.run_config import flat_settings


def test_every_recipe_declares_ranges_that_hold_its_defaults():
    for name, recipe in RECIPES.items():
        space, flat = declared_space(recipe), flat_settings(recipe.to_dict())
        assert "training.learning_rate" in space, name
        known = {path: searched for path, searched in space.items() if flat[path] is not None}
        assert values_of(recipe, known).keys() == known.keys(), name


def test_each_part_declares_for_itself():
    recipe = get_recipe("lru").with_settings({"loss": "gbce", "contrastive": "duorec"})
    space = declared_space(recipe)
    assert space["model.body.units"] == SearchRange(64, 256, log=True)
    assert {"model.loss.calibration", "model.contrastive.temperature"} <= set(space)
    assert not {"model.loss.calibration", "model.contrastive.temperature"} & set(declared_space(get_recipe("lru")))
    assert "model.members.caser.model.body.window" in declared_space(get_recipe("stacked"))


def test_ranges_and_choices_are_read_as_they_are_written():
    for searched in (SearchRange(0.1, 0.6), SearchRange(1e-05, 0.01, log=True), SearchChoices(("0", "1"))):
        assert parse_search(str(searched)) == searched
    assert parse_search(" gru , lstm ") == SearchChoices(("gru", "lstm"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0.6:0.1", "0.6:0.1 does not go from lower to higher"),
        ("1:1", "does not go from lower to higher"),
        ("0:1:log", "begins at 0"),
        ("a:b", "LOW:HIGH:log"),
        ("1:2:linear", "LOW:HIGH:log"),
        ("0.5", "fix the setting"),
        (",", "fix the setting"),
    ],
)
def test_what_is_no_range_is_refused(text, said):
    with pytest.raises(InputError, match=said) as refused:
        parse_search(text)
    assert "\n" not in str(refused.value)
