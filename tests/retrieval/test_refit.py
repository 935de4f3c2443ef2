"""A network trained once more on the validation part: for as many epochs as were best, resumed after a kill."""

from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf

from tests.runs.runs import SETTINGS, CopiesTheRunOfTraining, assert_same_outcome, figures_of, refusal
from tfrec_dl.errors import InputError
from tfrec_dl.families.run import Run
from tfrec_dl.lifecycle.train import train
from tfrec_dl.lifecycle.tuning.tune import tune
from tfrec_dl.lifecycle.warm_start import warm_recipe
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.retrieval.build import build_model
from tfrec_dl.retrieval.fit import compile_model, training_batches
from tfrec_dl.runs.strategies import training_input
from tfrec_dl.two_stage.training_table import candidate_impressions

PLAIN = RECIPES["next_it_net"].with_settings({**SETTINGS, "epochs": 3, "patience": 1, "learning_rate": 0.05})
RECIPE = PLAIN.with_settings({"training.refit": True})


@pytest.fixture(scope="module")
def refitted(source, tmp_path_factory) -> Run:
    """Beside it what a kill in the second training would leave."""
    folder = tmp_path_factory.mktemp("runs") / "refitted"
    return train(RECIPE, source, folder, [CopiesTheRunOfTraining(2, 2, folder, folder.with_name("killed"))], verbose=0)


@pytest.fixture(scope="module")
def chosen(refitted) -> Run:
    return Run.open(refitted.folder / "chosen")


def test_the_first_training_is_one_without(chosen, source, tmp_path):
    assert chosen.recipe == replace(PLAIN, name="next_it_net_chosen")
    assert chosen.metrics() == train(PLAIN, source, tmp_path / "plain", verbose=0).metrics()


def test_the_second_has_as_many_epochs_as_were_best_and_keeps_the_last(refitted, chosen):
    values = [row["val_ndcg@10"] for row in figures_of(chosen.folder)]
    rows = figures_of(refitted.folder)
    assert len(rows) == 1 + values.index(max(values)) == 3
    assert not any(name.startswith("val_") for row in rows for name in row)


def test_its_weights_are_those_of_a_training_on_both_parts(refitted, source):
    split, training = source.read().split.with_validation(), PLAIN.training
    batches = training_batches(PLAIN.family.batches(PLAIN.model), split, training)
    tf.keras.utils.set_random_seed(training.seed)
    model = build_model(PLAIN, split.vocabulary)
    compile_model(model, training, batches.steps_per_epoch)
    windows = training_input(batches, 0, model.distribute_strategy)
    model.fit(windows, epochs=3, steps_per_epoch=batches.steps_per_epoch, verbose=0)
    for mine, theirs in zip(refitted.model().trainable_variables, model.trainable_variables, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_metrics_say_what_it_added_and_those_of_validation_are_of_the_choice(refitted, chosen):
    metrics, before = refitted.metrics(), chosen.metrics()
    assert metrics["validation/ndcg@10"] == before["validation/ndcg@10"]
    assert metrics["test_start/ndcg@10"] == pytest.approx(before["test/ndcg@10"])
    assert metrics["test_gain/ndcg@10"] == pytest.approx(metrics["test/ndcg@10"] - before["test/ndcg@10"])
    assert f"{metrics['test_gain/ndcg@10']:+.4f}" in refitted.recipe.family.outcome(refitted)[0]
    assert [run.recipe.name for run in refitted.recipe.family.lines(refitted)] == ["next_it_net", "next_it_net_chosen"]


def test_killed_and_called_again_it_ends_as_if_it_had_not_been(refitted, source):
    folder = refitted.folder.with_name("killed")
    assert Run.open(folder / "chosen").finished
    assert not Run.open(folder).finished
    train(RECIPE, source, folder, verbose=0)
    assert_same_outcome(folder, refitted)


def test_what_has_learnt_from_validation_is_neither_measured_on_it_nor_lends_candidates(refitted):
    assert "use the run" in _refused(lambda: candidate_impressions(refitted))
    assert "chosen" in refitted.recipe.family.why_not_measured(refitted, "validation")
    assert refitted.recipe.family.why_not_measured(refitted, "test") is None


def test_a_study_compares_on_validation(source, tmp_path):
    assert "tune without it" in _refused(lambda: tune(RECIPE, source, tmp_path / "study", trials=1))
    assert not (tmp_path / "study").exists()


def test_what_goes_on_from_a_network_or_is_trained_against_one_is_refused(refitted, source, tmp_path):
    perturbed = RECIPE.with_settings({"perturbation": "adversarial"})
    later = RECIPE.with_settings({"training.warm_start": str(refitted.folder)})
    for recipe, said in ((perturbed, "training.perturbation"), (later, "training.warm_start")):
        assert said in refusal(recipe, source, tmp_path / "run")
    game = RECIPES["irgan"]
    game = replace(game, training=replace(game.training, refit=True))
    assert "'irgan' cannot be trained once more" in refusal(game, source, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_the_next_day_goes_on_from_it_in_one_training(refitted, source):
    later = warm_recipe(refitted.folder)
    assert not later.training.refit
    assert later.training.learning_rate == RECIPE.training.learning_rate
    later.family.check(later, source)


def _refused(call) -> str:
    with pytest.raises(InputError) as refused:
        call()
    return str(refused.value)
