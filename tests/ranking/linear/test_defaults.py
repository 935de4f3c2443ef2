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
    assert bool(list(explained(DIN, RankingTraining(), count, labels, 0.0))) == held_back


def test_what_is_set_stays():
    model = model_filled_in(replace(DIN, linear_part=False, regularization=0.5), 10, RATINGS)
    assert (model.linear_part, model.regularization) == (False, 0.5)


@pytest.mark.parametrize(
    ("labels", "unknown", "hidden"), [(CLICKS, 0.2, 0.5), (CLICKS, 0.861, 0.86), (BOTH, 0.98, 0.9), (RATINGS, 0.9, 0.0)]
)
def test_ids_are_hidden_as_often_as_they_are_unknown_later(labels, unknown, hidden):
    assert model_filled_in(DIN, FEW, labels, unknown).id_dropout == hidden
    assert model_filled_in(replace(DIN, id_dropout=0.1), FEW, labels, unknown).id_dropout == 0.1
    lines = [line for line in explained(DIN, RankingTraining(), FEW, labels, unknown) if "id_dropout" in line]
    assert len(lines) == (hidden > 0.5)
