"""Arguments of another type, as a newcomer gives them: each public function names what it got and what to give."""

import re

import numpy as np
import pandas as pd
import pytest

import tfrec_dl
from tests.synthetic import cyclic_interactions
from tfrec_dl.evaluation.scorer import Scorer

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
        (lambda _: tfrec_dl.leave_last_out(FRAME), "interactions is of type DataFrame: read them first"),
        (lambda _: tfrec_dl.temporal("clicks.csv"), "interactions is of type str: read them first"),
        (lambda _: tfrec_dl.data.random_by_user(FRAME), "interactions is of type DataFrame: read them first"),
        (lambda _: tfrec_dl.data.hold_out_items(FRAME), "interactions is of type DataFrame: read them first"),
        (lambda split: tfrec_dl.build_model("gru", split), "vocabulary is of type Split: give that of a split"),
        (lambda split: tfrec_dl.build_model("gruu", split.vocabulary), "did you mean 'gru'?"),
        (lambda split: tfrec_dl.fit("gru", split), "model is of type str: give one of tfrec_dl.build_model"),
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
