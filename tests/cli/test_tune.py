"""`tfrec-dl tune`."""

import csv
import json
from types import SimpleNamespace

import pytest

from tests import processes
from tfrec_dl.families.run import open_run
from tfrec_dl.lifecycle.tuning import processes as tuning_processes


@pytest.fixture(scope="module")
def tuned(program, table, tiny, tmp_path_factory):
    """A study of two trials in two processes, not to be written to: its folder, its command, what was printed."""
    folder = tmp_path_factory.mktemp("studies") / "study"
    asked = ("tune", "--data", table, "--model", "simple_rnn", "--out", folder, *tiny, "--trials", 2)
    with pytest.MonkeyPatch.context() as patch:
        # Forked from one that has imported TensorFlow and used none of it, which saves each the import.
        patch.setattr(tuning_processes, "STARTED", processes._CONTEXT.get_start_method())
        result = program(*asked, "--jobs", 2)
    assert result.status == 0, result.err
    return SimpleNamespace(folder=folder, asked=asked, out=result.out)


def test_a_line_a_trial_then_the_best_run_which_is_one_like_any_other(program, tuned):
    lines = [line for line in tuned.out.splitlines() if " of 2: trial " in line]
    assert [line[:6] for line in lines] == ["1 of 2", "2 of 2"]
    assert any(" trial 0 (as given): ndcg@10 0." in line for line in lines)
    rows = list(csv.DictReader((tuned.folder / "trials.csv").open()))
    best = max(float(row["ndcg@10"]) for row in rows if row["state"] == "complete")
    metrics = json.loads((tuned.folder / "best" / "metrics.json").read_text())
    assert metrics["validation/ndcg@10"] == best
    assert metrics["test/ndcg@10"] != best
    evaluated = program("evaluate", tuned.folder / "best", "--json")
    assert json.loads(evaluated.out)["test/ndcg@10"] == pytest.approx(metrics["test/ndcg@10"])
    assert (tuned.folder / "history.png").read_bytes().startswith(b"\x89PNG")


def test_settings_that_are_set_are_not_searched(tuned):
    searched = json.loads((tuned.folder / "study.json").read_text())["search"]
    assert "model.embedding_dropout" in searched
    assert not {"model.dimension", "model.body.units"} & set(searched)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--search", "dropuot=0:1"), "there is no setting 'dropuot'"),
        (("--search", "item_dropout=0.6:0.1"), "0.6:0.1 does not go from lower to higher"),
        (("--search", "item_dropout"), "is not KEY=RANGE"),
        (("--search", "units=4:8"), "units is also set to '4'"),
        (("--search", "blocks=fixed"), "holds a study with search.model.blocks '0:3', not None"),
        (("--trials", 0), "trials is 0: try at least 1"),
        (("--trials", 5), "has ended after 2 trials"),
        (("--model", "gru"), "recipe.name 'simple_rnn', not 'gru'"),
    ],
)
def test_what_does_not_fit_is_one_line(refusal, tuned, more, said):
    assert said in refusal(*tuned.asked, *more)


@pytest.mark.parametrize("kind", ["trained", "ranked"])
def test_the_metric_that_counts_is_in_every_run_and_after_each_epoch(request, kind):
    run = open_run(request.getfixturevalue(kind).folder)
    monitored = run.recipe.family.task.monitored(run.dataset())
    assert monitored.measured in run.metrics()
    assert monitored.logged in (run.folder / "history.csv").read_text().splitlines()[0].split(",")
