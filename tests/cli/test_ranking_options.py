"""What the options make of a source and a recipe, and what they refuse."""

import re

import pandas as pd
import pytest

from tfrec_dl.cli.options.common import SplitName, TableOptions
from tfrec_dl.cli.options.ranking import RankingOptions, ranking_source
from tfrec_dl.cli.tasks import COMMANDS
from tfrec_dl.errors import InputError
from tfrec_dl.ranking.data.feedback import Feedback


def ranking_recipe(name, settings):
    """The recipe that `train` makes of its options."""
    return COMMANDS["ranking"].recipe(name, settings, RankingOptions("click"), TableOptions("log.csv"))


@pytest.fixture
def table(tmp_path) -> str:
    frame = pd.DataFrame(
        {"user_id": ["a", "b"], "item_id": ["i", "j"], "click": [0, 1], "stars": [2, 5], "buy": [0, 1]}
    )
    frame["truth"] = frame["click"] == 1
    frame["when"], frame["part"], frame["words"] = 0, "train", "yes"
    path = tmp_path / "log.csv"
    frame.to_csv(path, index=False)
    return str(path)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (RankingOptions("click"), Feedback(click="click")),
        (RankingOptions("truth"), Feedback(click="truth")),
        (RankingOptions("stars"), Feedback(rating="stars")),
        (RankingOptions("stars", like=4), Feedback(click="stars", like=4)),
        (RankingOptions("stars", like=4, dislike=2), Feedback(click="stars", like=4, dislike=2)),
        (
            RankingOptions("click", conversion_column="buy", confidence_column="stars", weight_column="when"),
            Feedback(click="click", conversion="buy", confidence="stars", weight="when"),
        ),
    ],
    ids=["zero and one", "truth values", "numbers", "numbers divided", "numbers in three", "all that goes with clicks"],
)
def test_values_of_the_label_say_what_kind_it_is(table, options, expected):
    assert ranking_source(TableOptions(table), options).feedback == expected


def test_columns_reach_the_source(table):
    options = RankingOptions("click", list_column=["when", "buy"], context_feature=["stars=category"])
    source = ranking_source(TableOptions(table, user_column="u", time_column="when", split=SplitName.RANDOM), options)
    assert (source.user, source.time, source.lists, source.split) == ("u", "when", ("when", "buy"), "random")
    assert source.context == {"stars": "category"}
    given = ranking_source(TableOptions(table), RankingOptions("click", part_column="part"))
    assert (given.split, given.part) == ("given", "part")
    assert ranking_source(TableOptions(table), RankingOptions("click")).split == "temporal"


@pytest.mark.parametrize(
    ("table_options", "options", "said"),
    [
        ({}, RankingOptions(), "--label is missing"),
        ({}, RankingOptions("clik"), "did you mean 'click'? (--label"),
        ({}, RankingOptions("stars", dislike=2), "--dislike is 2 without --like"),
        ({}, RankingOptions("click", context_feature=["stars"]), "--context-feature 'stars' is not NAME=KIND"),
        (
            {"split": SplitName.COLD_START},
            RankingOptions("click"),
            "--split cold-start is not available for --task ranking",
        ),
        ({"split": SplitName.RANDOM}, RankingOptions("click", part_column="part"), "both split the table"),
        ({"item_feature": ["a=text"]}, RankingOptions("click"), "add --items PATH"),
    ],
)
def test_options_that_do_not_fit_together_are_refused(table, table_options, options, said):
    with pytest.raises(InputError, match=re.escape(said)):
        ranking_source(TableOptions(table, **table_options), options)


@pytest.mark.parametrize(("name", "expected"), [(None, "din"), ("dcn", "dcn")])
def test_recipe_is_din_unless_another_is_named(name, expected):
    recipe = ranking_recipe(name, {"dimension": 8})
    assert (recipe.name, recipe.model.dimension) == (expected, 8)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("dnn", "did you mean"),
        ("gru", "is a recipe of --task retrieval"),
        ("transformer9", "choose one of conv_ncf, "),
    ],
)
def test_other_recipe_is_refused(name, said):
    with pytest.raises(InputError, match=said):
        ranking_recipe(name, {})


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--task", "ranking", "--label", "click", "--kind", "content"], "--kind is an option of --task retrieval"),
        (["--task", "ranking", "--label", "click", "--rating-column", "stars"], "--rating-column is an option"),
        (["--model", "simple_rnn", "--label", "click"], "--label is an option of --task ranking"),
        (["--model", "simple_rnn", "--list-column", "request"], "--list-column is an option of --task ranking"),
        ([], "--model is missing"),
        (["--task", "ranking"], "--label is missing"),
        (["--task", "sorting"], "ranking"),
    ],
)
def test_options_of_the_other_task_are_refused(refusal, tmp_path, arguments, said):
    assert said in refusal("train", "--data", "gone.csv", "--out", tmp_path / "run", *arguments)
    assert not (tmp_path / "run").exists()


def test_missing_column_names_its_option(refusal, log, tmp_path):
    command = ("train", "--task", "ranking", "--data", log, "--label", "click", "--out", tmp_path / "run")
    assert "(--list-column names it)" in refusal(*command, "--list-column", "requests")
    assert "(--user-column names it)" in refusal(*command, "--user-column", "who")
    assert "(--position-column names it)" in refusal(*command, "--position-column", "place")
    assert not (tmp_path / "run").exists()
