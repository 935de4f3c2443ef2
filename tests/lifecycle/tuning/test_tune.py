"""Tuning from a table to the best run; what is trained is counted, not trained."""

import importlib
import sys
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from tests.lifecycle.tuning import studies
from tests.synthetic import cyclic_interactions
from tfrec_dl.data.source import DataSource
from tfrec_dl.errors import InputError
from tfrec_dl.files import write_json
from tfrec_dl.lifecycle.tuning import training, tune
from tfrec_dl.recipes.named import get_recipe

TRIALS = 3


@pytest.fixture
def source(tmp_path):
    cyclic_interactions(users=20, items=12, length=6).to_csv(tmp_path / "table.csv", index=False)
    return DataSource(str(tmp_path / "table.csv"))


@pytest.fixture
def trainings(monkeypatch):
    """What was trained in place of networks: folder, and whether the data had their test part."""
    calls = []

    def train_on(recipe, dataset, folder, callbacks=(), verbose=0):
        assert verbose == 0
        validation, test = dataset.split.validation, dataset.split.test
        calls.append((folder.name, test is not validation))
        folder.mkdir(parents=True, exist_ok=True)
        metrics = {"validation/ndcg@10": studies.worth(recipe), "test/ndcg@10": float(test is not validation)}
        if (folder / "metrics.json").exists():
            raise AssertionError("measured twice")
        (folder / "weights").touch()
        for callback in callbacks:
            callback.on_epoch_end(0, {"val_ndcg@10": studies.worth(recipe)})
        write_json(folder / "metrics.json", metrics)
        return SimpleNamespace(folder=folder, metrics=lambda: metrics)

    monkeypatch.setattr(training, "train_on", train_on)
    monkeypatch.setattr(tune, "train_on", train_on)
    return calls


def test_no_trial_sees_the_test_part_and_the_best_alone_is_measured_on_it_once(source, trainings, tmp_path):
    folder = tmp_path / "study"
    tuned = tune.tune(studies.RECIPE, source, folder, TRIALS)
    assert trainings == [("run", False)] * TRIALS + [("best", True)]
    assert tuned.run.metrics()["test/ndcg@10"] == 1.0
    assert tuned.value == max(tuned.trials["ndcg@10"]) >= tuned.default == tuned.trials["ndcg@10"][0]
    assert sorted(path.name for path in (folder / "best").iterdir()) == ["metrics.json", "weights"]
    assert not (folder / "trials").exists()
    table = pd.read_csv(folder / "trials.csv")
    assert list(table["trial"]) == list(range(TRIALS))
    # What the data decide is a value like any other: the first trial has the dropout that they ask for.
    assert table["model.embedding_dropout"][0] == 0.5
    assert table["model.dimension"].dtype == "int64"
    assert studies.RECIPE.with_settings(tuned.settings) == studies.RECIPE.with_settings(
        {name: table[name][tuned.trials["ndcg@10"].argmax()].item() for name in tuned.settings}
    )


def test_a_study_that_has_ended_tries_nothing_more(source, trainings, tmp_path, monkeypatch):
    tune.tune(studies.RECIPE, source, tmp_path / "study", 1)
    done = len(trainings)
    monkeypatch.setattr(
        tune, "train_on", lambda *arguments, **options: SimpleNamespace(folder=None, metrics=dict)
    )  # which finds the run finished
    assert tune.tune(studies.RECIPE, source, tmp_path / "study", 1).run.metrics() == {}
    assert len(trainings) == done
    with pytest.raises(InputError, match="has ended after 1 trials, .* choose a new folder for 2"):
        tune.tune(studies.RECIPE, source, tmp_path / "study", 2)


def test_more_trials_may_be_asked_for_before_it_has_ended(source, trainings, tmp_path, monkeypatch):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(tune, "_finished", interrupted)
        tune.tune(studies.RECIPE, source, tmp_path / "study", 1)
    assert len(tune.tune(studies.RECIPE, source, tmp_path / "study", 2).trials) == 2
    assert trainings == [("run", False)] * 2 + [("best", True)]


def test_without_optuna_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    monkeypatch.delitem(sys.modules, "tfrec_dl.lifecycle.tuning.extra")
    with pytest.raises(InputError, match=r'Optuna, which is missing: pip install "tfrec-dl\[tune\]"'):
        importlib.import_module("tfrec_dl.lifecycle.tuning.extra")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"trials": 0}, "trials is 0: try at least 1"),
        ({"minutes": 0.0}, "minutes is 0"),
        ({"minutes": np.nan}, "minutes is nan"),
        ({"jobs": 0}, "jobs is 0, but must be 1 to 256"),
        ({"recipe": get_recipe("gru").with_settings({"kind": "content"})}, "features"),
    ],
)
def test_bad_input_is_refused_before_anything_is_read_or_written(options, said, tmp_path):
    given = {"recipe": studies.RECIPE, **options}
    with pytest.raises(InputError, match=said) as refused:
        tune.tune(source=DataSource("gone.csv"), folder=tmp_path / "study", **given)
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "study").exists()
