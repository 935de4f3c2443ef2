"""Items whose features decide what follows: what content and hybrid models make of items that nobody met."""

import numpy as np
import pytest
import tensorflow as tf

from tests.items import class_walk, coloured, worded
from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.splits.cold_start import ColdStartSplit, hold_out_items
from tfrec_dl.evaluation.cold_start import evaluate_cold_start
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.retrieval.build import build_model
from tfrec_dl.retrieval.fit import fit

CLASSES, PER_CLASS = 5, 20
SMALL = {
    "dimension": 16,
    "units": 24,
    "max_length": 12,
    "context": 0,
    "batch_size": 8,
    "learning_rate": 0.02,
    "epochs": 4,
    "patience": 4,
    "text.embedding": 16,
    "text.filters": 16,
    "image.size": (12, 12),
    "image.filters": (8, 16),
}


@pytest.fixture(scope="module")
def held_out() -> ColdStartSplit:
    return hold_out_items(Interactions.from_frame(class_walk(CLASSES, PER_CLASS, users=200, length=12)))


def trained(held_out: ColdStartSplit, items: Catalogue | None, **settings: object) -> dict[str, float]:
    """NDCG@10 on warm, cold and all items of a model trained on the warm ones."""
    tf.keras.utils.set_random_seed(0)
    recipe = RECIPES["simple_rnn"].with_settings({**SMALL, **settings})
    model = build_model(recipe, held_out.vocabulary, items)
    fit(model, held_out.split, recipe.training, verbose=0)
    return {kind: report.means()["ndcg@10"] for kind, report in evaluate_cold_start(model, held_out).items()}


@pytest.fixture(scope="module")
def figures(held_out) -> dict[str, dict[str, float]]:
    words = worded(CLASSES, PER_CLASS)
    return {
        "behaviour": trained(held_out, None),
        "content": trained(held_out, words, kind="content"),
        "hybrid": trained(held_out, words, kind="hybrid"),
        "colours": trained(held_out, coloured(CLASSES, PER_CLASS), kind="content"),
    }


def expected_ndcg(candidates: int) -> float:
    """NDCG@10 of a random order of the candidates: the mean over the target's possible ranks."""
    ranks = np.arange(1, candidates + 1)
    return float(np.where(ranks <= 10, 1 / np.log2(ranks + 1), 0).mean())


def test_words_tell_which_of_the_items_that_nobody_met_come_next(figures, held_out):
    assert figures["content"]["cold"] > 2 * expected_ndcg(int(held_out.test_items.sum()))


def test_colours_tell_which_of_the_items_that_nobody_met_come_next(figures, held_out):
    assert figures["colours"]["cold"] > 2 * expected_ndcg(int(held_out.test_items.sum()))


def test_hybrid_is_as_good_as_ids_alone_on_warm_items_and_knows_cold_ones(figures, held_out):
    cold = int(held_out.test_items.sum())
    assert figures["hybrid"]["warm"] > figures["behaviour"]["warm"] - 0.03
    assert figures["hybrid"]["cold"] > 2 * expected_ndcg(cold)
    assert figures["behaviour"]["cold"] < 1.5 * expected_ndcg(cold)
    assert figures["hybrid"]["all"] > figures["behaviour"]["all"]
