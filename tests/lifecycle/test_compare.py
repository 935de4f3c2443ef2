"""Comparison of recipes of every kind: what is read, and what is refused."""

import pytest

from tests.synthetic import cyclic_interactions
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.source import DataSource
from tfrec_dl.errors import InputError
from tfrec_dl.lifecycle.compare import compare
from tfrec_dl.recipes.named import get_recipe

TINY = {"epochs": 1, "max_length": 6, "dimension": 4, "units": 4}


def test_two_models_a_stack_and_a_gan_read_the_table_once(tmp_path, monkeypatch):
    cyclic_interactions(users=40, items=12, length=6).to_csv(tmp_path / "log.csv", index=False)
    read, reads = Interactions.read, []
    monkeypatch.setattr(Interactions, "read", lambda *arguments: reads.append(arguments) or read(*arguments))
    fingerprint, fingerprints = Interactions.fingerprint, []
    monkeypatch.setattr(Interactions, "fingerprint", lambda self: fingerprints.append(self) or fingerprint(self))
    recipes = [get_recipe("simple_rnn").with_settings(TINY)]  # the quickest to build
    recipes.append(get_recipe("mult_dae").with_settings({"epochs": 1, "units": "4"}))
    recipes.append(get_recipe("stacked").with_settings({"members": "simple_rnn", "baselines": "popularity", **TINY}))
    networks = {"generator": "simple_rnn", "discriminator": "simple_rnn"}
    recipes.append(get_recipe("irgan").with_settings({**networks, **TINY, "adversarial_epochs": 1, "samples": 4}))
    board = compare(recipes, DataSource(str(tmp_path / "log.csv")), tmp_path / "runs", verbose=0)
    assert {*(recipe.name for recipe in recipes), "irgan_start", "popularity"} <= set(board["model"])
    assert len(reads) == len(fingerprints) == 1


def test_recipes_of_several_tasks_are_refused(tmp_path):
    recipes = [get_recipe("gru"), get_recipe("din")]
    with pytest.raises(InputError, match="for several tasks, retrieval and ranking"):
        compare(recipes, DataSource("gone.csv"), tmp_path, verbose=0)
    with pytest.raises(InputError, match="0 recipes"):
        compare([], DataSource("gone.csv"), tmp_path, verbose=0)
