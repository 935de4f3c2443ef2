"""A run with a perturbation: trained without it first, measured against that start, resumed after a kill."""

import pytest

from tests.runs.runs import SETTINGS, CopiesTheRun, assert_same_outcome, figures_of
from tfrec_dl.families.run import Run
from tfrec_dl.lifecycle.train import train
from tfrec_dl.recipes.named import RECIPES

PERTURBED = {"perturbation": "adversarial", "eps": 0.1, "perturbed_epochs": 2, "perturbed_learning_rate": 0.01}
RECIPE = RECIPES["next_it_net"].with_settings({**SETTINGS, "epochs": 1, **PERTURBED})


@pytest.fixture(scope="module")
def perturbed(source, tmp_path_factory) -> Run:
    """Beside it what a kill in its second epoch would leave."""
    folder = tmp_path_factory.mktemp("runs") / "perturbed"
    return train(RECIPE, source, folder, [CopiesTheRun(2, folder, folder.with_name("killed"))], verbose=0)


def test_starts_from_the_network_without_and_keeps_the_best_on_validation(perturbed):
    start, rows, metrics = Run.open(perturbed.folder / "start"), figures_of(perturbed.folder), perturbed.metrics()
    assert start.recipe.training.perturbation is None
    assert len(rows) == 2
    before = start.metrics()
    best = max(before["validation/ndcg@10"], *(row["val_ndcg@10"] for row in rows))
    assert metrics["validation/ndcg@10"] == pytest.approx(best, abs=1e-6)
    assert metrics["test_start/ndcg@10"] == pytest.approx(before["test/ndcg@10"])
    assert metrics["test_gain/ndcg@10"] == pytest.approx(metrics["test/ndcg@10"] - before["test/ndcg@10"])


def test_both_are_lines_of_a_leaderboard_and_the_outcome_says_what_was_added(perturbed):
    family = perturbed.recipe.family
    assert [run.recipe.name for run in family.lines(perturbed)] == ["next_it_net", "next_it_net_start"]
    added = family.outcome(perturbed)[0]
    assert f"{perturbed.metrics()['test_gain/ndcg@10']:+.4f}" in added
    assert "\n" not in added


def test_killed_and_called_again_it_ends_as_if_it_had_not_been(perturbed, source):
    folder = perturbed.folder.with_name("killed")
    assert not Run.open(folder).finished
    train(RECIPE, source, folder, verbose=0)
    assert_same_outcome(folder, perturbed)
