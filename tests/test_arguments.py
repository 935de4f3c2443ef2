"""Arguments of another type, as a newcomer gives them: each public function names what it got and what to give."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import tfrec_dl
from tests.synthetic import cyclic_interactions
from tfrec_dl.evaluation.scorer import Scorer
from tfrec_dl.lifecycle.recipe_for import recipe_for

FRAME = cyclic_interactions(users=6, items=5, length=5)


@pytest.fixture(scope="module")
def split():
    return tfrec_dl.leave_last_out(tfrec_dl.Interactions.from_frame(FRAME))


class Same(Scorer):
    """Scores all items alike."""

    def scores(self, histories):
        return np.zeros([len(histories), 7], np.float32)


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (
            lambda _: tfrec_dl.Interactions.from_frame([("a", "x")]),
            "the table is of type list: pass a pandas DataFrame",
        ),
        (
            lambda _: tfrec_dl.Interactions.from_frame(FRAME, {"user": "u"}),
            "columns is of type dict: give a tfrec_dl.Col",
        ),
        (lambda _: tfrec_dl.Interactions.read(FRAME), "the path of the table is of type DataFrame: give a path"),
        (lambda _: tfrec_dl.Catalogue.read(FRAME), "the path of the table is of type DataFrame: give a path"),
        (lambda _: tfrec_dl.reviews.Reviews.read(FRAME), "the path of the table is of type DataFrame: give a path"),
        (
            lambda _: tfrec_dl.reviews.Reviews.from_frame(FRAME, {"user": "u"}),
            "columns is of type dict: give tfrec_dl.reviews.ReviewColumns",
        ),
        (
            lambda _: tfrec_dl.Impressions.from_frame(FRAME, tfrec_dl.ranking.Feedback(click="click"), {"user": "u"}),
            "columns is of type dict: give tfrec_dl.ranking.ImpressionColumns",
        ),
        (lambda _: tfrec_dl.leave_last_out(FRAME), "interactions is of type DataFrame: read them first"),
        (lambda _: tfrec_dl.temporal("clicks.csv"), "interactions is of type str: read them first"),
        (lambda _: tfrec_dl.data.random_by_user(FRAME), "interactions is of type DataFrame: read them first"),
        (lambda _: tfrec_dl.data.hold_out_items(FRAME), "interactions is of type DataFrame: read them first"),
        (lambda split: tfrec_dl.build_model("gru", split), "vocabulary is of type Split: give that of a split"),
        (lambda split: tfrec_dl.build_model("gruu", split.vocabulary), "did you mean 'gru'?"),
        (lambda split: tfrec_dl.fit("gru", split), "model is of type str: give one from tfrec_dl.build_model"),
        (
            lambda split: tfrec_dl.evaluate(Same(), split, split.vocabulary),
            "cases is of type Split: give those of a split",
        ),
        (
            lambda split: tfrec_dl.evaluate(Same(), split.test, split),
            "vocabulary is of type Split: give that of a split",
        ),
        (lambda split: tfrec_dl.evaluate("gru", split.test, split.vocabulary), "cannot score with a str: give a Retr"),
        (lambda _: tfrec_dl.leaderboard({"a": 1}), "an entry is of type str: give a list of tfrec_dl.evaluation.Entry"),
        (lambda _: tfrec_dl.get_recipe("gru").with_settings([("units", 3)]), "settings is of type list: give a dict"),
        (
            lambda _: tfrec_dl.prepare(pd.DataFrame(), "out"),
            "config is of type DataFrame: give a path or a tfrec_dl.data.P",
        ),
    ],
)
def test_other_types_are_named_with_what_to_give(split, call, problem):
    with pytest.raises(tfrec_dl.InputError, match=re.escape(problem)):
        call(split)


def test_one_metric_is_taken_by_its_key(split):
    report = tfrec_dl.evaluate(Same(), split.test, split.vocabulary, metrics="hit_rate@10")
    assert list(report.values) == ["hit_rate@10"]


def test_fitting_wants_a_split_and_a_training_configuration(split):
    model = tfrec_dl.build_model("simple_rnn", split.vocabulary)
    with pytest.raises(tfrec_dl.InputError, match="split is of type Interactions: give a split"):
        tfrec_dl.fit(model, tfrec_dl.Interactions.from_frame(FRAME))
    with pytest.raises(tfrec_dl.InputError, match=r"config is of type Recipe: give a .* recipe\.training"):
        tfrec_dl.fit(model, split, tfrec_dl.get_recipe("simple_rnn"))


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (lambda: tfrec_dl.DataSource(FRAME), "DataSource: 'path' is user_id item_id timestamp"),
        (lambda: tfrec_dl.DataSource("a.csv", user_column="who"), "DataSource has no 'user_column': "),
        (
            lambda: tfrec_dl.DataSource("a.csv", split="time"),
            "DataSource: 'split' is 'time' (Input should be 'leave-last",
        ),
        (
            lambda: tfrec_dl.DataSource("a.csv", item_kinds={"title": "string"}),
            "DataSource: 'item_kinds.title' is 'string'",
        ),
        (lambda: tfrec_dl.RankingSource("a.csv"), "RankingSource needs 'feedback': give it."),
        (
            lambda: tfrec_dl.TrainingConfig(epochs=0),
            "TrainingConfig: 'epochs' is 0 (Input should be greater than or equal",
        ),
        (lambda: tfrec_dl.TrainingConfig(epoch=3), "TrainingConfig has no 'epoch': did you mean 'epochs'?"),
        (lambda: tfrec_dl.ranking.Feedback(click="click", like="2"), "like is of type str: give a number"),
    ],
)
def test_fields_of_descriptions_are_refused_in_a_line(call, problem):
    with pytest.raises(tfrec_dl.InputError, match=re.escape(problem)) as refused:
        call()
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (lambda: tfrec_dl.train("gru", "clicks.csv", None), "folder is of type NoneType: give a path"),
        (lambda: tfrec_dl.open_run(None), "folder is of type NoneType: give a path"),
        (lambda: tfrec_dl.load(None), "dest is of type NoneType: give a path"),
        (lambda: tfrec_dl.export("runs/gru", None), "dest is of type NoneType: give a path"),
        (lambda: tfrec_dl.export("runs/gru", "served", keep_seen="no"), "keep_seen is of type str: give True or False"),
        (
            lambda: tfrec_dl.export("runs/gru", "served", k_max="5"),
            "k_max is '5', but must be a whole number of at least 1",
        ),
        (
            lambda: tfrec_dl.train("gru", "a.csv", "r", callbacks=None),
            "callbacks is of type NoneType: give a list of Keras",
        ),
        (
            lambda: tfrec_dl.train("gru", "a.csv", "r", callbacks=[print]),
            "a callback is of type builtin_function_or_method",
        ),
        (lambda: tfrec_dl.train("gru", "a.csv", "r", strategy="mirorred"), "no strategy is called 'mirorred'"),
        (lambda: tfrec_dl.compare(["gru", "gru"], "a.csv", "r"), "there are 2 recipes called 'gru'"),
        (lambda: tfrec_dl.compare("gru,din", "a.csv", "r"), "the recipes are for several tasks, retrieval and ranking"),
        (lambda: tfrec_dl.compare(None, "a.csv", "r"), "recipes is of type NoneType: give a list of names or recipes"),
        (lambda: tfrec_dl.lifecycle.tune("gru", "a.csv", "s", trials="3"), "trials is '3': try at least 1"),
        (lambda: tfrec_dl.lifecycle.tune("gru", "a.csv", "s", search=["units"]), "search is of type list: give a dict"),
        (
            lambda: tfrec_dl.lifecycle.tune("gru", "a.csv", "s", search={"units": "8:64"}),
            "what is tried for units is of type str: give a SearchRange(low, high)",
        ),
        (
            lambda: tfrec_dl.paired_difference({}, {}, "ndcg@10"),
            "report_a is of type dict: give two reports, for example from tfrec",
        ),
        (
            lambda: tfrec_dl.batch_recommend("served", FRAME, "out.csv"),
            "histories is of type DataFrame: save it as a table",
        ),
        (lambda: tfrec_dl.drift.measure_drift("served", FRAME), "data is of type DataFrame: save it as a table"),
        (lambda: tfrec_dl.drift.measure_drift("served", "a.csv", limits=0.3), "limits is of type float: give a dict"),
    ],
)
def test_mistakes_are_named_before_anything_is_read_or_written(call, problem, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(tfrec_dl.InputError, match=re.escape(problem)):
        call()
    assert not list(tmp_path.iterdir())


def test_a_run_stands_for_its_folder_and_no_folder_is_a_run_and_an_export(finished):
    with pytest.raises(
        tfrec_dl.InputError, match=r"is the folder of a run; export it to another folder, and load that"
    ):
        tfrec_dl.load(finished)
    with pytest.raises(tfrec_dl.InputError, match=r"is the folder of a run: choose another for its export"):
        tfrec_dl.export(finished, finished)
    with pytest.raises(tfrec_dl.InputError, match=r"is the folder of a run: choose another for the comparison"):
        tfrec_dl.compare("gru", finished.source, finished.folder)
    warm = tfrec_dl.lifecycle.warm_recipe(finished)
    assert warm.training.warm_start == str(finished.folder.resolve())


def test_a_recipe_by_name_is_hybrid_where_the_source_has_features_of_items(tmp_path):
    (tmp_path / "films.csv").write_text("item_id,year\nitem_1,1999\n")
    FRAME.to_csv(tmp_path / "clicks.csv", index=False)
    source = tfrec_dl.DataSource(tmp_path / "clicks.csv", items=tmp_path / "films.csv")
    assert recipe_for("gru", source).model.kind == "hybrid"
    assert recipe_for("gru", replace(source, items=None)).model.kind == "behaviour"
    assert recipe_for(tfrec_dl.get_recipe("gru"), source).model.kind == "behaviour"  # as it was made
    assert recipe_for("mult_dae", source) == tfrec_dl.get_recipe("mult_dae")  # which reads ids alone


def test_what_a_notebook_prints_is_a_line(split, finished):
    interactions = tfrec_dl.Interactions.from_frame(FRAME)
    report = tfrec_dl.evaluate(Same(), split.test, split.vocabulary, metrics="hit_rate@10")
    assert repr(interactions) == "Interactions(30 interactions, 6 users, 5 items)"
    assert repr(split) == "Split(5 items; train 18 interactions of 6 users; validation 6, test 6 users)"
    assert repr(split.test) == "EvaluationCases(6 users, 6 targets)"
    assert re.fullmatch(r"Report\(6 users: hit_rate@10 \d\.\d{4}\)", repr(report))
    assert repr(tfrec_dl.RECIPES).startswith("RECIPES(simple_rnn, lstm, gru, ")
