"""Training in Python by a recipe's name and a table's path, and what is refused before anything is read."""

import re

import pytest

from tests.synthetic import cyclic_interactions
from tfrec_dl.data.source import DataSource
from tfrec_dl.errors import InputError
from tfrec_dl.lifecycle.compare import compare
from tfrec_dl.lifecycle.export import export
from tfrec_dl.lifecycle.load import load
from tfrec_dl.lifecycle.train import train
from tfrec_dl.lifecycle.tuning.tune import tune
from tfrec_dl.recipes.named import get_recipe


def test_a_name_and_a_path_are_the_recipe_and_the_table_as_they_come(tmp_path):
    path, folder = tmp_path / "clicks.csv", tmp_path / "run"
    cyclic_interactions(users=30, items=12, length=6).to_csv(path, index=False)
    metrics = train("simple_rnn", path, folder, verbose=0).metrics()
    run = train(get_recipe("simple_rnn"), DataSource(str(path)), str(folder), verbose=0)
    assert run.metrics() == metrics  # it is that run, finished
    assert repr(run) == f"Run({str(folder)!r}, recipe 'simple_rnn', finished)"
    export(str(folder), tmp_path / "served")
    [found] = load(tmp_path / "served").recommend([["item_3", "item_4"]], k=1)
    assert found[0][0] == "item_5"


@pytest.mark.parametrize(
    ("recipe", "problem"),
    [
        (
            "din",
            "models of the task 'ranking' do not learn from a DataSource, nor from a path alone: give tfrec",
        ),
        (
            "deep_conn",
            "models of the task 'reviews' do not learn from a DataSource, nor from a path alone: give tfrec",
        ),
        ("gruu", "no recipe is called 'gruu': did you mean 'gru'?"),
        (3, "the recipe is of type int: give a name, such as 'gru', or a tfrec_dl.Recipe"),
        ("auto", "'auto' is not a recipe: in Python use tfrec_dl.advise"),
    ],
)
def test_what_does_not_go_together_is_refused_before_anything_is_read(tmp_path, recipe, problem):
    for act in (train, tune, lambda recipe, *arguments: compare([recipe], *arguments)):
        with pytest.raises(InputError, match=re.escape(problem)):
            act(recipe, "gone.csv", tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_the_path_of_a_table_that_is_not_there_is_named(tmp_path):
    for act in (train, tune, compare):
        with pytest.raises(InputError, match=r"gone\.csv"):
            act("gru", "gone.csv", str(tmp_path / "run"))
