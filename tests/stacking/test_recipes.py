"""Settings of a stack: its members by name, and what holds for one of them or for all."""

import json

import pytest

from tfrec_dl.baselines import BASELINES, Baseline
from tfrec_dl.encoders import GRU, LSTM, NextItNet
from tfrec_dl.errors import InputError
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.build import build_model
from tfrec_dl.stacking.configuration import StackedConfig


@pytest.fixture
def stacked() -> Recipe:
    return RECIPES["stacked"]


def test_members_are_given_by_the_names_of_recipes(stacked):
    for value in ("lstm,next_it_net", "[lstm, next_it_net]", ["lstm", "next_it_net"]):
        changed = stacked.with_settings({"dilations": "1,2", "members": value})
        assert isinstance(changed.model, StackedConfig)
        assert list(changed.model.members) == ["lstm", "next_it_net"]
        assert changed.model.members["lstm"].model.body == LSTM()
        assert changed.model.members["next_it_net"].model.body == NextItNet(dilations=(1, 2))


def test_a_setting_holds_for_every_member_that_has_it_or_for_the_one_named(stacked):
    changed = stacked.with_settings({"dimension": 7, "window": 3, "gru.model.body.units": 9, "epochs": 4})
    gru, caser = changed.model.members["gru"], changed.model.members["caser"]
    assert (gru.model.dimension, caser.model.dimension) == (7, 7)
    assert caser.model.body.window == 3
    assert gru.model.body.units == 9
    assert caser.model.body.units == RECIPES["caser"].model.body.units
    assert changed.training.epochs == 4
    assert gru.training is caser.training is None


def test_a_member_may_have_a_training_of_its_own(stacked):
    changed = stacked.with_settings({"members.gru.training": {"epochs": 3, "batch_size": 8}})
    assert changed.model.members["gru"].training.epochs == 3
    assert changed.with_settings({"epochs": 9}).model.members["gru"].training.epochs == 3
    assert changed.with_settings({"epochs": 9}).training.epochs == 9


def test_baselines_and_blender_are_settings_too(stacked):
    changed = stacked.with_settings({"baselines": "ease, ials", "blender.regularization": "0.1", "blender.cases": 5})
    assert changed.model.baselines == ("ease", "ials")
    assert changed.model.blender.regularization == 0.1
    assert stacked.with_settings({"baselines": ""}).model.baselines == ()


def test_every_baseline_can_be_named(stacked):
    assert {*stacked.model.baselines, "markov_chain"} == set(BASELINES)  # transitions have what the chain knows
    assert stacked.with_settings({"baselines": ",".join(BASELINES)}).model.baselines == tuple(BASELINES)
    assert all(baseline.graph_class is not None for baseline in BASELINES.classes())


def test_baseline_without_a_graph_is_no_member(stacked, monkeypatch):
    class Alphabet(Baseline):
        name = "alphabet"

        def __init__(self, vocabulary):
            self.vocabulary = vocabulary

        @classmethod
        def from_split(cls, split):
            return cls(split.vocabulary)

        def scores(self, histories):
            return None

    monkeypatch.setitem(BASELINES._classes, "alphabet", Alphabet)
    with pytest.raises(InputError, match="baseline 'alphabet' cannot be a member, because it has no graph to serve"):
        stacked.with_settings({"baselines": "ease,alphabet"})
    with pytest.raises(InputError, match="baseline 'alphabet' has no graph"):
        Alphabet(None).graph()


def test_stack_comes_back_from_json(stacked):
    changed = stacked.with_settings({"members": "gru,lstm", "loss": "bpr", "gru.training": {"epochs": 3}})
    assert Recipe.from_dict(json.loads(json.dumps(changed.to_dict()))) == changed


def test_recipe_of_a_run_from_before_there_were_families_is_still_read():
    values = RECIPES["gru"].to_dict()
    del values["model"]["name"]
    assert Recipe.from_dict(values) == RECIPES["gru"]
    assert RECIPES["gru"].model.body == GRU()


def test_settings_by_the_names_of_earlier_versions_are_read(stacked):
    values = json.loads(json.dumps(stacked.to_dict()))
    values["model"]["floors"] = ["ease"]
    values["model"]["ranker"] = {**values["model"].pop("blender"), "cases": 5}
    del values["model"]["baselines"]
    assert Recipe.from_dict(values) == stacked.with_settings({"floors": "ease", "ranker.cases": 5})
    assert Recipe.from_dict(values) == stacked.with_settings({"baselines": "ease", "model.blender.cases": 5})


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"members": "gru,casr"}, "no recipe is called 'casr': did you mean 'caser'?"),
        ({"members": "gru,din"}, "'din' does not find items: choose one of simple_rnn,"),
        (
            {"members": "gru,transformer9"},
            "no recipe is called 'transformer9': choose one of simple_rnn, lstm, gru, lru, caser",
        ),
        ({"members": "gru,stacked"}, "'stacked' is several networks, not one"),
        ({"baselines": "ease,svd"}, "setting model.baselines.1 is 'svd': no baseline is called 'svd': choose one of"),
        ({"units": 0}, "setting model.members.gru.model.body.units is 0: Input should be greater than or equal to 1"),
        ({"lstm.model.body.units": 3}, "there is no setting 'lstm.model.body.units'"),
        ({"cases": 0}, "setting model.blender.cases is 0"),
        ({"model.members": {"ease": {"model": {"body": {"name": "gru"}}}}}, "a member's name"),
    ],
    ids=str,
)
def test_wrong_setting_is_one_clear_line(stacked, settings, message):
    with pytest.raises(InputError) as refused:
        stacked.with_settings(settings)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_stack_is_not_built_but_trained(stacked):
    with pytest.raises(InputError, match="'stacked' is made of several networks"):
        build_model(stacked, None)
