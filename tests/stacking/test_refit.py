"""A stack trained once more on the validation part: its counts have the validation pairs, its weights stay."""

import numpy as np
import pytest

from tests.runs.runs import CopiesTheRunOfTraining
from tfrec_dl.baselines.ials import IALS
from tfrec_dl.baselines.transitions import Transitions
from tfrec_dl.evaluation.evaluate import evaluate
from tfrec_dl.families.run import Run
from tfrec_dl.lifecycle.train import train
from tfrec_dl.recipes.named import RECIPES

TINY = {"dimension": 8, "units": 8, "epochs": 2, "max_length": 5, "context": 0, "counts": True}
RECIPE = RECIPES["gru"].with_settings({**TINY, "training.refit": True})


@pytest.fixture(scope="module")
def refitted(source, tmp_path_factory) -> Run:
    folder = tmp_path_factory.mktemp("runs") / "gru"
    return train(RECIPE, source, folder, [CopiesTheRunOfTraining(2, 1, folder, folder.with_name("killed"))], verbose=0)


@pytest.fixture(scope="module")
def chosen(refitted) -> Run:
    return Run.open(refitted.folder / "chosen")


def test_weights_are_those_of_validation_and_counts_those_of_both_parts(refitted, chosen, source):
    assert refitted.model().weights() == chosen.model().weights()
    larger = source.read().split.with_validation()
    mine = dict(zip(*(getattr(refitted.model().members, part) for part in ("names", "members")), strict=True))
    settings = Transitions.from_split(source.read().split).settings
    again = Transitions.fit(larger.train, larger.vocabulary, settings)
    history = np.array([[2, 3, 4], [5, 0, 0]], np.int32)
    np.testing.assert_allclose(
        mine["transitions"].catalogue_scores(history), again.graph().catalogue_scores(history), rtol=1e-6
    )


def test_metrics_are_of_the_model_that_opens(refitted, chosen, source):
    split, metrics = source.read().split, refitted.metrics()
    assert metrics["test/ndcg@10"] == pytest.approx(
        evaluate(refitted.model(), split.test, split.vocabulary).means()["ndcg@10"]
    )
    assert metrics["test_start/ndcg@10"] == pytest.approx(chosen.metrics()["test/ndcg@10"])
    assert metrics["validation/ndcg@10"] == chosen.metrics()["validation/ndcg@10"]
    assert [run.recipe.name for run in refitted.recipe.family.lines(refitted)] == ["gru", "gru_chosen"]


def test_killed_and_called_again_it_ends_as_if_it_had_not_been(refitted, source):
    folder = refitted.folder.with_name("killed")
    assert Run.open(folder / "chosen").finished
    assert not Run.open(folder).finished
    assert train(RECIPE, source, folder, verbose=0).metrics() == refitted.metrics()


def test_factors_keep_the_settings_that_were_chosen(source):
    split = source.read().split
    fitted = IALS.fit(split.train, split.vocabulary, factors=4, regularization=100.0, alpha=16.0)
    larger = split.with_validation()
    again = fitted.refitted(larger)
    naive = IALS.fit(larger.train, larger.vocabulary, factors=4, regularization=100.0, alpha=16.0)
    np.testing.assert_array_equal(again.scores(split.test.histories), naive.scores(split.test.histories))
