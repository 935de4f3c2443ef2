"""Recipes and their settings, as the command line and Python give them."""

import json

import numpy as np
import pytest

from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.encoders import GRU, NextItNet
from tfrec_dl.errors import InputError
from tfrec_dl.losses import BPR, GBCE, FullSoftmax, SampledSoftmax
from tfrec_dl.recipes import settings as paths
from tfrec_dl.recipes.named import RECIPES, get_recipe, recipes_of
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.build import build_model
from tfrec_dl.retrieval.defaults import filled_in


@pytest.fixture
def gru() -> Recipe:
    return RECIPES["gru"]


def vocabulary_of(size: int) -> Vocabulary:
    return Vocabulary(np.array([f"i{item}" for item in range(size)], dtype=object), np.ones(size, dtype=np.int64))


def test_sequence_recipes_exist_and_every_recipe_names_its_source():
    assert {"simple_rnn", "lstm", "gru", "caser", "next_it_net"} <= set(RECIPES)
    for name, recipe in RECIPES.items():
        assert recipe.name == name
        assert recipe.source


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("model.body.units", 7, lambda recipe: recipe.model.body.units),
        ("units", 7, lambda recipe: recipe.model.body.units),
        ("body.units", "7", lambda recipe: recipe.model.body.units),
        ("training.epochs", "7", lambda recipe: recipe.training.epochs),
        ("epochs", 7, lambda recipe: recipe.training.epochs),
    ],
)
def test_setting_is_given_by_its_path_or_its_last_part(gru, name, value, read):
    changed = gru.with_settings({name: value})
    assert read(changed) == 7
    assert read(gru) != 7
    assert changed.with_settings({name: read(gru)}) == gru


def test_values_may_be_text_as_on_the_command_line(gru):
    changed = gru.with_settings({"tied": "false", "learning_rate": "1e-3", "batch_size": "16"})
    assert (changed.model.tied, changed.training.learning_rate, changed.training.batch_size) == (False, 1e-3, 16)
    for dilations in ("1,2,8", "(1, 2, 8)", "[1,2,8]", (1, 2, 8)):
        body = RECIPES["next_it_net"].with_settings({"dilations": dilations}).model.body
        assert isinstance(body, NextItNet)
        assert body.dilations == (1, 2, 8)


def test_loss_is_given_by_name_with_its_settings_in_any_order(gru):
    assert gru.with_settings({"loss": "bpr"}).model.loss == BPR()
    assert gru.with_settings({"negatives": 5, "loss": "gbce"}).model.loss == GBCE(negatives=5)
    assert gru.with_settings({"model.loss": "gbce", "model.loss.calibration": "0.5"}).model.loss == GBCE(
        calibration=0.5
    )
    assert gru.with_settings({"loss": {"name": "bpr", "negatives": 3}}).model.loss == BPR(negatives=3)
    changed = gru.with_settings({"loss": "bpr"})
    assert changed.with_settings({"negatives": 9}).model.loss == BPR(negatives=9)
    assert changed.with_settings({"loss": None}).model.loss is None


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"unit": 3}, "there is no setting 'unit': did you mean 'units'?"),
        ({"training.epoch": 3}, "there is no setting 'training.epoch': did you mean 'training.epochs'?"),
        ({"zzz": 3}, "there is no setting 'zzz': choose one of model, model.body"),
        ({"dilations": "1,2"}, "there is no setting 'dilations'"),
        ({"units": 0}, "setting model.body.units is 0: Input should be greater than or equal to 1"),
        ({"units": "many"}, "setting model.body.units is 'many': Input should be a valid integer"),
        ({"epochs": 1.5}, "setting training.epochs is 1.5: Input should be a valid integer"),
        ({"embedding_dropout": 1}, "setting model.embedding_dropout is 1: Input should be less than 1"),
        ({"learning_rate": "nan"}, "setting training.learning_rate is 'nan'"),
        ({"learning_rate": "inf"}, "setting training.learning_rate is 'inf'"),
        ({"seed": -1}, "setting training.seed is -1: Input should be greater than or equal to 0"),
        ({"seed": 2**31}, "setting training.seed is 2147483648: Input should be less than 2147483648"),
        ({"loss": "hinge"}, "setting model.loss is {'name': 'hinge'}: no loss is called 'hinge': choose one of "),
        ({"loss": "bpr", "calibration": 1}, "there is no setting 'calibration'"),
        ({"model": 3}, "setting model is 3"),
    ],
    ids=str,
)
def test_wrong_setting_is_one_clear_line(gru, settings, message):
    with pytest.raises(InputError) as refused:
        gru.with_settings(settings)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_setting_that_two_parts_have_is_ambiguous():
    """No recipe has such a pair today, so the values are made up."""
    values = {"query": {"body": {"units": 1}}, "item": {"units": 2}}
    with pytest.raises(InputError, match="'units' is ambiguous: choose one of query.body.units, item.units"):
        paths._resolve(values, "units")
    assert paths._resolve(values, "body.units") == ["query.body.units"]


@pytest.mark.parametrize("name", recipes_of("retrieval"))
def test_recipe_comes_back_from_json(name):
    changed = {"state_dropout": 0.25, "loss": "gbce", "negatives": 11}
    if "autoencoder" in (RECIPES[name].model.name, getattr(RECIPES[name].model, "generator", RECIPES[name].model).name):
        # whose loss is its own
        changed = {"units": "40,20", "regularization": 0.5}
    recipe = RECIPES[name].with_settings(changed)
    assert Recipe.from_dict(json.loads(json.dumps(recipe.to_dict()))) == recipe
    assert Recipe.from_dict(json.loads(json.dumps(RECIPES[name].to_dict()))) == RECIPES[name]


@pytest.mark.parametrize("change", [{"model": None}, {"extra": 1}, {"name": 3}, {"training": {"epochs": 0}}])
def test_dictionary_that_is_no_recipe_is_refused(gru, change):
    with pytest.raises(InputError, match="not a recipe") as refused:
        Recipe.from_dict({**gru.to_dict(), **change})
    assert "\n" not in str(refused.value)


def test_unknown_recipe_names_the_nearest():
    with pytest.raises(InputError, match="no recipe is called 'casr': did you mean 'caser'?"):
        get_recipe("casr")
    with pytest.raises(InputError, match="no recipe is called 'transformer9': choose one of simple_rnn, lstm, gru"):
        get_recipe("transformer9")
    assert get_recipe("gru") == RECIPES["gru"]


def test_loss_left_open_is_chosen_by_the_size_of_the_catalogue(gru, monkeypatch):
    monkeypatch.setattr("tfrec_dl.retrieval.defaults.FULL_SOFTMAX_LIMIT", 10)
    open_loss = gru.with_settings({"loss": None}).model
    assert filled_in(open_loss, vocabulary_of(10)).loss == FullSoftmax()
    assert filled_in(open_loss, vocabulary_of(11)).loss == SampledSoftmax()
    assert filled_in(gru.with_settings({"loss": "bpr"}).model, vocabulary_of(11)).loss == BPR()
    assert filled_in(open_loss, vocabulary_of(11)).body == open_loss.body


def test_model_is_built_as_configured(gru):
    small = gru.with_settings(
        {"units": 6, "dimension": 5, "max_length": 9, "markov_order": 0, "loss": "bpr", "seed": 4}
    )
    assert isinstance(small.model.body, GRU)
    weights = {}
    for tied in (True, False):
        model = build_model(small.with_settings({"tied": tied}), vocabulary_of(12))
        assert model.max_length == 9
        assert model.retrieval_loss == BPR()
        assert model.item_vectors().shape == (14, 6)
        weights[tied] = sum(int(np.prod(variable.shape)) for variable in model.trainable_variables)
    assert weights[False] - weights[True] == 14 * 5
    with_path = build_model(small.with_settings({"markov_order": 3}), vocabulary_of(12))
    assert with_path.states(np.array([[2, 3, 4]], np.int32)).shape == (1, 3, 6)


def test_default_recipe_builds_for_a_catalogue_of_one_item(gru):
    model = build_model(gru, vocabulary_of(1))
    assert np.isfinite(model.query(np.array([[2]], np.int32))).all()
