"""Counts of transitions beside a network: by themselves, when wanted, and where they cannot be."""

import logging
from dataclasses import replace

import pytest

from tests.runs.runs import refusal
from tests.synthetic import cyclic_interactions
from tfrec_dl.data.source import DataSource
from tfrec_dl.errors import InputError
from tfrec_dl.lifecycle.compare import refuse_other_recipe
from tfrec_dl.lifecycle.train import train
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.retrieval.model import RetrievalModel
from tfrec_dl.stacking import counts
from tfrec_dl.stacking.counts import as_trained, joined

TINY = {"dimension": 8, "units": 8, "epochs": 1, "max_length": 5, "context": 0}


@pytest.fixture(scope="module")
def gru():
    return RECIPES["gru"].with_settings(TINY)


@pytest.fixture(scope="module")
def with_counts(gru, source, tmp_path_factory):
    """A run that was asked for counts."""
    return train(gru.with_settings({"counts": "true"}), source, tmp_path_factory.mktemp("runs") / "gru", verbose=0)


def test_a_run_with_counts_is_a_network_and_transitions_under_the_recipes_name(with_counts):
    assert with_counts.recipe.name == "gru"
    assert set(with_counts.model().weights()) == {"network", "transitions"}
    # The cycle decides what follows: the counts know it after one pass, the tiny network does not.
    assert with_counts.metrics()["test/ndcg@10"] > 0.7


def test_the_same_command_finds_its_finished_run(with_counts, gru, source):
    before = (with_counts.folder / "metrics.json").stat().st_mtime_ns
    for asked in (gru.with_settings({"counts": True}), gru):  # the second leaves the form to the run that is there
        refuse_other_recipe(asked, with_counts.folder)
        assert train(asked, source, with_counts.folder).recipe == with_counts.recipe
    assert (with_counts.folder / "metrics.json").stat().st_mtime_ns == before
    with pytest.raises(InputError, match="model.name 'stacked', not 'retrieval'"):
        refuse_other_recipe(gru.with_settings({"counts": False}), with_counts.folder)


def test_few_users_leave_a_network_alone_and_many_do_not(gru, source, tmp_path, monkeypatch, caplog):
    dataset = source.read()
    with caplog.at_level(logging.INFO):
        assert as_trained(gru, dataset, tmp_path) == gru
        assert "only 60 users have validation targets (fewer than 500)" in caplog.text
        monkeypatch.setattr(counts, "FEWEST_USERS", 60)
        assert as_trained(gru, dataset, tmp_path) == joined(gru)
        assert "on the validation targets of 60 users (counts=false" in caplog.text
        monkeypatch.setattr(counts, "MOST_SCORES", 100)
        assert as_trained(gru, dataset, tmp_path) == gru
        assert "scores of 60 users for 22 items" in caplog.text
    off = gru.with_settings({"counts": "false"})
    assert as_trained(off, dataset, tmp_path) == off


def test_a_run_of_the_network_alone_goes_on_as_it_began(gru, source, tmp_path, monkeypatch):
    alone = train(gru, source, tmp_path / "run", verbose=0)
    assert isinstance(alone.model(), RetrievalModel)
    monkeypatch.setattr(counts, "FEWEST_USERS", 1)
    assert train(gru, source, tmp_path / "run").recipe == alone.recipe


def test_features_leave_a_network_alone(gru, source, tmp_path, monkeypatch):
    monkeypatch.setattr(counts, "FEWEST_USERS", 1)
    hybrid = replace(gru, model=replace(gru.model, kind="hybrid"))
    assert as_trained(hybrid, source.read(), tmp_path) == hybrid


@pytest.mark.parametrize(
    ("recipe", "setting"), [("stacked", "model.members.gru.model.counts"), ("irgan", "model.generator.counts")]
)
def test_counts_of_a_part_are_refused(recipe, setting, tmp_path):
    path = tmp_path / "clicks.csv"
    cyclic_interactions(users=5).to_csv(path, index=False)
    asked = RECIPES[recipe].with_settings({setting: True})
    assert setting in refusal(asked, DataSource(str(path)), tmp_path / "run")
    assert not (tmp_path / "run").exists()
