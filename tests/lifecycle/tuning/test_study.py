"""Studies: trials claimed, told, interrupted, cleared away."""

import shutil
import signal

import optuna
import pytest

from tests import processes
from tests.lifecycle.tuning import studies
from tests.lifecycle.tuning.studies import BUDGET, RECIPE, begun, found, train
from tfrec_dl.errors import InputError
from tfrec_dl.lifecycle.tuning.budget import Budget
from tfrec_dl.lifecycle.tuning.outcome import Outcome
from tfrec_dl.lifecycle.tuning.work import work
from tfrec_dl.recipes.named import get_recipe


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A study that nobody has interrupted."""
    study = begun(tmp_path_factory.mktemp("whole") / "study")
    work(study, train, BUDGET)
    return study


@pytest.fixture(scope="module")
def new(tmp_path_factory):
    """A study that has just begun."""
    return begun(tmp_path_factory.mktemp("new") / "study").folder


@pytest.fixture
def folder(new, tmp_path):
    """A study that has just begun, of the test's own."""
    return shutil.copytree(new, tmp_path / "study")


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_first_trial_is_the_recipe_as_it_is_and_others_improve_on_it(whole):
    first, best = whole.trials[0], whole.best()
    assert whole.recipe(first.params) == RECIPE
    assert first.params.keys() == whole.asked.space.keys()
    assert best.value > first.value
    assert [trial.number for trial in whole.trials] == list(range(BUDGET.trials))
    assert {trial.state.name for trial in whole.trials} == {"COMPLETE", "PRUNED"}


def test_runs_of_losing_trials_are_deleted(whole):
    assert names(whole.folder / "trials") == [f"{whole.best().number:04}"]
    assert names(whole.folder) == [".turn", "study.db", "study.json", "trials"]


@pytest.mark.process
def test_killed_and_begun_again_it_loses_no_trial_and_ends_as_if_nothing_had_been(whole, tmp_path):
    log, folder = tmp_path / "log", tmp_path / "study"
    assert processes.run(log, studies.work_and_die, str(folder)) == -signal.SIGKILL
    left = begun(folder)
    assert [trial.state.name for trial in left.trials[3:]] == ["RUNNING"]
    assert processes.run(log, studies.work_and_die, str(folder)) == 0
    assert found(begun(folder)) == found(whole)


def test_a_trial_is_one_processs_alone_and_several_share_the_budget(folder):
    first, second = begun(folder), begun(folder)
    budget = Budget(3, None)
    one, two = first.next(budget), second.next(budget)
    assert [one.trial.number, two.trial.number] == [0, 1]
    third = first.next(budget, one, Outcome(0.5, None, 1.0))
    assert third.trial.number == 2
    assert second.next(budget, two, Outcome(0.4, None, 1.0)) is None
    assert not second.end()  # the other is at work
    first.release()  # as when its process ends
    again = second.next(budget)
    assert (again.trial.number, again.settings) == (2, third.settings)
    second.next(budget, again, Outcome(None, None, 1.0))
    assert [trial.state.name for trial in second.trials] == ["COMPLETE", "COMPLETE", "PRUNED"]


def test_epochs_that_are_reported_are_not_reported_again(folder):
    study = begun(folder)
    study.next(BUDGET).report(0, 0.1)
    study.release()
    goes_on = study.next(BUDGET)
    for step in (0, 1):
        goes_on.report(step, 0.2)
    assert study.trials[0].intermediate_values == {0: 0.1, 1: 0.2}


def test_a_trial_that_was_killed_before_it_could_be_pruned_is_pruned_then(whole, tmp_path):
    study = begun(shutil.copytree(whole.folder, tmp_path / "study"))
    more = Budget(BUDGET.trials + 1, None)
    claimed = study.next(more)
    with pytest.raises(optuna.TrialPruned):
        for step in range(studies.EPOCHS):
            claimed.report(step, -1.0)
    last = max(claimed.reported)
    assert 0 < last < studies.EPOCHS
    study.release()
    again = study.next(more)
    again.report(0, -1.0)
    with pytest.raises(optuna.TrialPruned):
        again.report(last, -1.0)


def test_settings_that_cannot_be_trained_cost_a_trial(folder):
    def fails(recipe, folder, report):
        if recipe != RECIPE:
            raise InputError("too wide.")
        return train(recipe, folder, report)

    study = begun(folder)
    work(study, fails, Budget(3, None))
    assert [trial.state.name for trial in study.trials] == ["COMPLETE", "FAIL", "FAIL"]
    assert study.trials[1].user_attrs["reason"] == "too wide."


def test_the_recipe_as_it_is_has_to_be_trained(folder):
    def fails(recipe, folder, report):
        raise InputError("nothing to learn from.")

    study = begun(folder)
    with pytest.raises(InputError, match="nothing to learn from"):
        work(study, fails, BUDGET)
    assert [trial.state.name for trial in study.trials] == ["RUNNING"]  # once it is mended, it goes on


def test_values_that_are_no_numbers_are_no_best(folder):
    study = begun(folder)
    work(study, lambda recipe, folder, report: float("nan"), Budget(1, None))
    with pytest.raises(InputError, match="no trial .* its validation metric is not a number"):
        study.end()
    assert not study.ended


def test_time_that_is_up_begins_no_trial(folder):
    study = begun(folder)
    work(study, train, Budget(None, 0.0))
    assert [trial.state.name for trial in study.trials] == ["WAITING"]


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"recipe": get_recipe("gru"), "search": {}}, "recipe.name 'simple_rnn', not 'gru'"),
        ({"recipe": RECIPE.with_settings({"epochs": 3})}, "recipe.training.epochs 15, not 3"),
        ({"search": {}}, "search.model.blocks None, not '0:3'"),
        ({"fingerprint": "b" * 64}, "on other data"),
    ],
)
def test_a_study_of_something_else_is_refused(whole, other, said):
    before = names(whole.folder)
    with pytest.raises(InputError) as refused:
        begun(whole.folder, **other)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert names(whole.folder) == before


def test_data_may_move_and_a_folder_of_something_else_is_refused(whole, tmp_path):
    assert begun(whole.folder, data="moved.csv").trials
    (tmp_path / "notes.txt").touch()
    with pytest.raises(InputError, match="is not a study"):
        begun(tmp_path)
