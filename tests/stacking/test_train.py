"""Runs of a stack: members in runs of their own, figures that are not in-sample, going on after a kill."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import tfrec_dl
from tests.runs.runs import CopiesTheRunOfTraining, contents, refusal
from tfrec_dl.data.source import DataSource
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.evaluate import evaluate
from tfrec_dl.families.run import Run
from tfrec_dl.lifecycle.train import train
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.task import run_entry
from tfrec_dl.stacking.model import StackedModel

MEMBERS = ("next_it_net", "simple_rnn")
BASELINES = ("markov_chain", "ease")


@pytest.fixture(scope="module")
def stacked() -> Recipe:
    members = {"members": MEMBERS, "dimension": 8, "units": 8, "channels": 8, "dilations": (1,), "baselines": BASELINES}
    training = {"epochs": 2, "max_length": 5, "context": 0}
    return RECIPES["stacked"].with_settings(members | training)


@pytest.fixture(scope="module")
def finished_stack(stacked, source, tmp_path_factory) -> Run:
    folder = tmp_path_factory.mktemp("runs") / "stack"
    return train(stacked, source, folder, [CopiesTheRunOfTraining(2, 1, folder, folder.with_name("killed"))], verbose=0)


@pytest.fixture(scope="module")
def model(finished_stack) -> StackedModel:
    return finished_stack.model()


def test_folder_holds_members_baselines_and_blender(finished_stack):
    names = {path.name for path in finished_stack.folder.iterdir()}
    files = {"config.json", "vocabulary.txt", "blender.npz", "metrics.json", "profile.json"}
    assert names == files | {"members", "baselines"}
    assert {path.name for path in (finished_stack.folder / "baselines").iterdir()} == {"markov_chain.npz", "ease.npz"}
    for name in MEMBERS:
        member = Run.open(finished_stack.folder / "members" / name)
        assert member.finished
        assert member.recipe.name == name
        assert member.recipe.training.epochs == 2


def test_run_opens_without_its_table_and_scores_as_measured(finished_stack, source, tmp_path):
    split = source.read().split
    folder = Path(shutil.copytree(finished_stack.folder, tmp_path / "moved"))
    text = (folder / "config.json").read_text(encoding="utf-8")
    (folder / "config.json").write_text(text.replace(source.path, str(tmp_path / "gone.csv")), encoding="utf-8")
    model = Run.open(folder).model()
    assert isinstance(model, StackedModel)
    assert model.members.names == (*MEMBERS, *BASELINES)
    summary = evaluate(model, split.test, split.vocabulary).summary()
    assert {f"test/{name}": value for name, value in summary.items()}.items() <= finished_stack.metrics().items()


def test_validation_figures_are_not_those_of_the_blender_on_its_own_cases(finished_stack, model, source):
    split = source.read().split
    in_sample = evaluate(model, split.validation, split.vocabulary)
    assert finished_stack.metrics()["validation/mrr@10"] != pytest.approx(in_sample.means()["mrr@10"], abs=1e-9)


def test_run_killed_in_its_second_member_goes_on_and_ends_the_same(stacked, source, finished_stack, model):
    folder = finished_stack.folder.with_name("killed")
    before = contents(folder / "members" / MEMBERS[0])
    with pytest.raises(InputError, match="baselines|blender|weights"):
        Run.open(folder).model()
    resumed = train(stacked, source, folder, verbose=0)
    assert contents(folder / "members" / MEMBERS[0]) == before
    assert (folder / "metrics.json").read_bytes() == (finished_stack.folder / "metrics.json").read_bytes()
    histories = source.read().split.test.histories
    np.testing.assert_array_equal(resumed.model().scores(histories), model.scores(histories))
    assert train(stacked, source, folder, verbose=0).metrics() == resumed.metrics()


def test_line_of_a_leaderboard_counts_the_members_seconds(finished_stack, source):
    entry = run_entry(finished_stack, source.read().split)
    parts = [run_entry(Run.open(path), source.read().split) for path in (finished_stack.folder / "members").iterdir()]
    assert entry.name == "stacked"
    assert entry.seconds == pytest.approx(sum(part.seconds for part in parts))


@pytest.fixture(scope="module")
def counting(source, tmp_path_factory) -> Run:
    recipe = RECIPES["stacked"].with_settings({"members": [], "baselines": "markov_chain,popularity"})
    return train(recipe, source, tmp_path_factory.mktemp("counting") / "run", verbose=0)


def test_stack_of_baselines_alone_needs_no_training(counting):
    assert counting.model().members.names == ("markov_chain", "popularity")
    assert counting.metrics()["test/ndcg@10"] > 0.3


def test_an_export_has_the_transitions_of_the_table_that_is_given(counting, source, tmp_path):
    table = pd.read_csv(source.path)
    table["timestamp"] = -table["timestamp"]  # who went up goes down
    table.to_csv(tmp_path / "today.csv", index=False)
    tfrec_dl.export(counting, tmp_path / "export")
    version = tfrec_dl.export(counting, tmp_path / "export", counts=tmp_path / "today.csv")
    before, after = (tfrec_dl.load(folder).recommend([["item_7"]], k=1) for folder in (version.with_name("1"), version))
    assert [item for item, _ in before[0]] == ["item_8"]
    assert [item for item, _ in after[0]] == ["item_6"]
    card = (version / "assets.extra" / "model_card.md").read_text(encoding="utf-8")
    assert f"Its transitions are counted from {tmp_path / 'today.csv'} ({len(table)} interactions)" in card


def test_counts_are_refused_where_nothing_can_be_counted(counting, finished, tmp_path):
    (tmp_path / "others.csv").write_text("user_id,item_id,timestamp\nann,x1,1\nann,x2,2\n")
    with pytest.raises(InputError, match="none of the 2 items of the interactions, such as 'x1'"):
        tfrec_dl.export(counting, tmp_path / "export", counts=tmp_path / "others.csv")
    with pytest.raises(InputError, match="has no transitions: leave it out"):
        tfrec_dl.export(finished, tmp_path / "export", counts=tmp_path / "others.csv")
    with pytest.raises(InputError, match="give a run"):
        tfrec_dl.export(finished.model(), tmp_path / "export", counts=tmp_path / "others.csv")
    assert not (tmp_path / "export").exists()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"context": 9, "max_length": 5}, "context is 9, but must be below max_length"),
        ({"simple_rnn.model.kind": "content"}, "kind is 'content', which needs the items' features"),
    ],
    ids=str,
)
def test_what_a_member_cannot_be_trained_with_leaves_no_folder(
    stacked, source: DataSource, tmp_path, settings, message
):
    assert message in refusal(stacked.with_settings(settings), source, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_features_of_other_users_leave_no_folder(stacked, source: DataSource, tmp_path):
    (tmp_path / "users.csv").write_text("user_id,age\nsomebody,20\nelse,30\n")
    others = replace(source, users=str(tmp_path / "users.csv"))
    assert "no id of the interactions has features" in refusal(stacked, others, tmp_path / "run")
    assert not (tmp_path / "run").exists()
