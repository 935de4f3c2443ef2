"""Defaults of rankers that follow from the data."""

from dataclasses import replace

import pytest

from tfrec_dl.ranking.configuration import RankingTraining
from tfrec_dl.ranking.defaults import FEW, explained, model_filled_in, training_filled_in
from tfrec_dl.recipes.named import RECIPES

RATINGS, CLICKS, BOTH = {"rating": None}, {"click": None}, {"click": None, "rating": None}
DIN = RECIPES["din"].model


@pytest.mark.parametrize(
    ("count", "labels", "held_back"),
    [(FEW - 1, RATINGS, True), (FEW, RATINGS, False), (FEW - 1, CLICKS, False), (FEW - 1, BOTH, False)],
)
def test_few_ratings_alone_hold_a_ranker_back(count, labels, held_back):
    model, training = model_filled_in(DIN, count, labels), training_filled_in(RankingTraining(), count, labels)
    found = (model.linear_part, model.regularization, training.learning_rate, training.batch_size)
    assert found == ((True, 0.1, 5e-4, 256) if held_back else (False, 0.0, 2e-3, 1024))
    assert bool(list(explained(DIN, RankingTraining(), count, labels))) == held_back


def test_what_is_set_stays():
    model = model_filled_in(replace(DIN, linear_part=False, regularization=0.5), 10, RATINGS)
    assert (model.linear_part, model.regularization) == (False, 0.5)
