"""Ranking recipes and their settings, as the command line and Python give them."""

import json
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
import tensorflow as tf
from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from tfrec_dl.errors import InputError
from tfrec_dl.features.bucketised_numbers import BucketisedNumbers
from tfrec_dl.features.hashed_categories import HashedCategories
from tfrec_dl.features.numbers import Numbers
from tfrec_dl.losses.rating.cumulative_logit import CumulativeLogit
from tfrec_dl.losses.rating.squared_error import SquaredError
from tfrec_dl.ranking import rankers
from tfrec_dl.ranking.calibration import Isotonic, Platt
from tfrec_dl.ranking.features.fields import Fields
from tfrec_dl.ranking.objectives import Choice, Click
from tfrec_dl.ranking.rankers import DCN, DIN, RANKERS, Ranker
from tfrec_dl.ranking.rankers.perceptron import perceptron
from tfrec_dl.ranking.sharing import MMoE, SharedBottom, SharedEmbeddings
from tfrec_dl.recipes.named import RECIPES, get_recipe, recipes_of
from tfrec_dl.recipes.recipe import Recipe


@pytest.fixture
def recipe() -> Recipe:
    return RECIPES["wide_and_deep"]


def test_rankers_of_the_issue_exist_and_name_their_source():
    assert set(recipes_of("ranking")) == {"conv_ncf", "wide_and_deep", "dcn", "deep_fm", "din"}
    for name, each in recipes_of("ranking").items():
        assert each.name == name == each.model.ranker.name
        assert each.source


@pytest.mark.parametrize("name", recipes_of("ranking"))
def test_recipe_comes_back_from_json(name):
    changed = RECIPES[name].with_settings(
        {"sharing": "mmoe", "click": "click", "listwise": 0.5, "output": "cumulative_logit", "calibration": None}
    )
    for each in (RECIPES[name], changed):
        assert Recipe.from_dict(json.loads(json.dumps(each.to_dict()))) == each


def test_ranker_is_given_by_name_with_its_settings_in_any_order(recipe):
    assert recipe.with_settings({"ranker": "dcn"}).model.ranker == DCN()
    changed = recipe.with_settings({"cross_layers": "3", "ranker": "dcn", "ranker.units": "64,32"})
    assert changed.model.ranker == DCN(cross_layers=3, units=(64, 32))
    assert recipe.with_settings({"model.ranker": {"name": "din"}}).model.ranker == DIN()


@pytest.mark.parametrize(
    ("settings", "read", "expected"),
    [
        ({"sharing": "shared_embeddings"}, lambda model: model.sharing, SharedEmbeddings()),
        ({"sharing": "mmoe", "experts": 2}, lambda model: model.sharing, MMoE(experts=2)),
        ({"sharing": "shared_bottom", "sharing.units": "8,4"}, lambda model: model.sharing, SharedBottom(units=(8, 4))),
        ({"click": "choice"}, lambda model: model.click, Choice()),
        ({"click": "click", "listwise": "0.5"}, lambda model: model.click, Click(listwise=0.5)),
        ({"click": None}, lambda model: model.click, None),
        ({"output": "cumulative_logit"}, lambda model: model.rating.output, CumulativeLogit()),
        ({"rating.output": "squared_error"}, lambda model: model.rating.output, SquaredError()),
        ({"calibration": "isotonic"}, lambda model: model.calibration, Isotonic()),
        ({"calibration": "none"}, lambda model: model.calibration, None),
        ({"calibration": None}, lambda model: model.calibration, None),
        ({"calibration": "platt"}, lambda model: model.calibration, Platt()),
        ({"numbers": "numbers"}, lambda model: model.content.numbers, Numbers()),
        (
            {"numbers": "bucketised_numbers", "buckets": 4},
            lambda model: model.content.numbers,
            BucketisedNumbers(buckets=4),
        ),
        ({"categories": "hashed_categories"}, lambda model: model.content.categories, HashedCategories()),
        ({"conversion.weight": 0.25}, lambda model: model.conversion.weight, 0.25),
        ({"trained_on": "clicks"}, lambda model: model.conversion.trained_on, "clicks"),
        ({"content.text.filters": 7}, lambda model: model.content.text.filters, 7),
        ({"dimension": "8"}, lambda model: model.dimension, 8),
    ],
    ids=lambda value: None if callable(value) else str(value),
)
def test_settings_are_given_by_their_path_or_last_part(recipe, settings, read, expected):
    assert read(recipe.with_settings(settings).model) == expected


@pytest.fixture
def outsider() -> Iterator[type[Ranker]]:
    """A ranker from outside the package, with a width of its own."""

    @rankers.register("one_layer")
    @dataclass(frozen=True, config=ConfigDict(extra="forbid"))
    class OneLayer(Ranker):
        source: ClassVar[str] = "Doe, 2026"
        units: int = 6

        def representation(self, fields: Fields) -> tf.Tensor:
            return perceptron(tf.keras.layers.Flatten()(fields.stacked()), (self.units,), 0.0)

        @classmethod
        def recipe_settings(cls) -> dict[str, Any]:
            return {"dimension": 4, "epochs": 2}

    yield OneLayer
    del RANKERS._classes["one_layer"]


def test_registered_ranker_has_a_recipe_and_is_chosen_by_name(outsider, recipe):
    own = get_recipe("one_layer")
    assert (own.name, own.source, own.model.dimension, own.training.epochs) == ("one_layer", "Doe, 2026", 4, 2)
    assert Recipe.from_dict(json.loads(json.dumps(own.to_dict()))) == own
    assert recipe.with_settings({"ranker": "one_layer", "ranker.units": 3}).model.ranker == outsider(units=3)
    assert "one_layer" in RECIPES


def test_setting_of_training_is_found(recipe):
    changed = recipe.with_settings({"epochs": "2", "training.batch_size": 64, "weight_average": 0})
    assert (changed.training.epochs, changed.training.batch_size, changed.training.weight_average) == (2, 64, 0)
    assert changed.model == recipe.model


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rankr": "dcn"}, "there is no setting 'rankr': did you mean 'ranker'?"),
        ({"ranker": "dnc"}, "setting model.ranker is {'name': 'dnc'}: no ranker is called 'dnc'"),
        ({"sharing": "all"}, "setting model.sharing is {'name': 'all'}: no sharing is called 'all': choose one of"),
        (
            {"click": "conversion"},
            "is {'name': 'conversion'}: no click objective is called 'conversion'",
        ),
        ({"calibration": "0.5"}, "setting model.calibration is {'name': '0.5'}"),
        ({"ranker": "none"}, "setting model.ranker is None"),
        ({"output": "ordinal"}, "setting model.rating.output is {'name': 'ordinal'}"),
        ({"numbers": "buckets"}, "setting model.content.numbers is {'name': 'buckets'}"),
        ({"ranker": "dcn", "cross_layers": 0}, "setting model.ranker.cross_layers is 0: Input should be greater"),
        ({"ranker": "wide_and_deep", "cross_layers": 2}, "there is no setting 'cross_layers'"),
        ({"click": "click", "listwise": -1}, "setting model.click.listwise is -1: Input should be greater than"),
        ({"click": "click", "pointwise": 0}, "pointwise, listwise and regression_compatible are all 0"),
        ({"sharing.units": "a"}, "setting model.sharing.units.0 is 'a': Input should be a valid integer"),
        ({"buckets": 1}, "setting model.content.numbers.buckets is 1: Input should be greater than or equal to 2"),
        ({"epochs": 0}, "setting training.epochs is 0: Input should be greater than or equal to 1"),
        ({"id_dropout": 1}, "setting model.id_dropout is 1: Input should be less than 1"),
        ({"units": 8}, "'units' is ambiguous: choose one of model.ranker.units, model.sharing.units"),
        ({"model": 3}, "setting model is 3"),
    ],
    ids=str,
)
def test_wrong_setting_is_one_clear_line(recipe, settings, message):
    with pytest.raises(InputError) as refused:
        recipe.with_settings(settings)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_settings_of_the_same_name_elsewhere_stay_what_they_are():
    """GBCE's calibration is a number, and a stack's blender no network."""
    loss = RECIPES["gru"].with_settings({"loss": "gbce", "calibration": "0.5"}).model.loss
    assert loss.calibration == 0.5
    stack = next(each for each in recipes_of("retrieval").values() if hasattr(each.model, "blender"))
    path = f"blender.{next(iter(stack.to_dict()['model']['blender']))}"
    with pytest.raises(InputError, match=rf"setting model\.{path} is 'a lot'"):
        stack.with_settings({path: "a lot"})


@pytest.mark.parametrize("change", [{"model": None}, {"extra": 1}, {"name": 3}, {"training": {"epochs": 0}}])
def test_dictionary_that_is_no_recipe_is_refused(recipe, change):
    with pytest.raises(InputError, match="not a recipe") as refused:
        Recipe.from_dict({**recipe.to_dict(), **change})
    assert "\n" not in str(refused.value)
