"""What a configuration leaves open follows from the data, and what is set stays."""

import pytest

from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.retrieval.defaults import explained, filled_in

GRU = RECIPES["gru"]


def vocabulary_with(counts):
    return Vocabulary([f"i{number}" for number in range(len(counts))], counts)


@pytest.mark.parametrize(
    ("counts", "dropout"),
    [([100, 50, 30], 0.2), ([40, 20], 0.2), ([40, 19], 0.5), ([3, 2, 1], 0.5), ([60, 0, 0], 0.2)],  # cold items aside
)
def test_dropout_follows_from_the_interactions_of_an_item(counts, dropout):
    config = filled_in(GRU.model, vocabulary_with(counts))
    assert (config.embedding_dropout, config.state_dropout) == (dropout, dropout)


def test_what_is_set_stays():
    config = filled_in(GRU.with_settings({"embedding_dropout": 0, "loss": "bpr"}).model, vocabulary_with([2, 1]))
    assert (config.embedding_dropout, config.state_dropout, config.loss.name) == (0.0, 0.5, "bpr")


def test_the_rule_is_told_where_it_decided():
    (line,) = explained(GRU.model, vocabulary_with([9, 3]))
    assert line == "dropout: 0.5, because an item has 6 interactions on average (0.5 below 30, else 0.2)"
    both = GRU.with_settings({"embedding_dropout": 0.1, "state_dropout": 0.1}).model
    assert not list(explained(both, vocabulary_with([9, 3])))
