"""What members say, whole histories and long ones."""

import numpy as np
import pytest
import tensorflow as tf

from tests.stacking.conftest import Arbitrary, Follows
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.retrieval.build import build_model
from tfrec_dl.retrieval.scorer import ModelScorer
from tfrec_dl.stacking import members as members_module
from tfrec_dl.stacking.members import Members, RetrievalMember, last_items


def test_scores_are_taken_from_each_members_mean_over_the_items(histories, vocabulary):
    noise, right = Arbitrary(0), Follows(1, 1, scale=100.0)
    history = histories([[4], [9, 8, 7]]).padded(9)
    found = Members({"noise": noise, "right": right}, vocabulary).member_scores(tf.constant(history))
    for position, member in enumerate((noise, right)):
        raw = member.catalogue_scores(history).numpy()[:, 2:]
        expected = raw - raw.mean(1, keepdims=True)
        assert found.scores.numpy()[:, 2:, position] == pytest.approx(expected, rel=1e-4, abs=1e-5)
        assert found.spread.numpy()[:, position] == pytest.approx(raw.std(1), rel=1e-4)
    assert found.length.numpy().tolist() == [[1.0], [3.0]]


def test_items_that_nobody_met_decide_neither_mean_nor_spread(histories, vocabulary):
    """Models that know items by their ids put them far below all others."""
    noise = Arbitrary(0)
    counts = np.where(np.arange(32) < 22, vocabulary.item_counts, 0)
    history = tf.constant(histories([[4], [9, 8, 7]]).padded(9))
    met = Vocabulary(vocabulary.ids, counts[2:])
    found = Members({"noise": noise}, met).member_scores(history)
    raw = noise.catalogue_scores(history).numpy()
    assert found.spread.numpy()[:, 0] == pytest.approx(raw[:, 2:22].std(1), rel=1e-4)
    expected = raw[:, 2:] - raw[:, 2:22].mean(1, keepdims=True)
    assert found.scores.numpy()[:, 2:, 0] == pytest.approx(expected, rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("cells", [1, 200, 10**6])
def test_blocks_hold_every_history_but_the_empty_ones_once(histories, vocabulary, monkeypatch, cells):
    monkeypatch.setattr(members_module, "BLOCK_CELLS", cells)
    monkeypatch.setattr(members_module, "BLOCK_ITEMS", cells)
    rng = np.random.default_rng(0)
    rows = [rng.integers(2, 32, length).tolist() for length in (3, 0, 9, 1, 1, 0, 5, 2)]
    members = Members({"noise": Arbitrary(0), "right": Follows(1, 1)}, vocabulary)
    whole = members.member_scores(tf.constant(histories(rows).padded(9)))
    found = []
    for block, scored in members.blocks(histories(rows)):
        found += block.tolist()
        assert scored.scores.numpy() == pytest.approx(whole.scores.numpy()[block], abs=1e-6)
        assert scored.length.numpy()[:, 0].tolist() == [len(rows[row]) for row in block]
    assert sorted(found) == [0, 2, 3, 4, 6, 7]


@pytest.mark.parametrize("count", [1, 3, 8])
def test_last_items_of_short_and_long_histories(histories, count):
    rows = histories([[2], [], [3, 4, 5, 6, 7], [8, 9, 10]])
    np.testing.assert_array_equal(last_items(tf.constant(rows.padded(99)), count), rows.padded(count))


@pytest.mark.parametrize("name", ["gru", "caser"])
def test_a_retrieval_model_scores_as_it_does_alone_however_long_the_history(histories, vocabulary, name):
    recipe = RECIPES[name].with_settings({"dimension": 8, "units": 8, "max_length": 4})
    model = build_model(recipe, vocabulary)
    rng = np.random.default_rng(0)
    rows = histories([rng.integers(2, 32, length).tolist() for length in (1, 3, 4, 5, 12)])
    scores = RetrievalMember(model).catalogue_scores(tf.constant(rows.padded(99)))
    alone = ModelScorer(model).scores(rows).astype(np.float64)
    expected = alone - alone[:, 2 : model.vocabulary.trained_size].mean(axis=1, keepdims=True)
    assert scores.numpy()[:, 2:] == pytest.approx(expected[:, 2:], rel=1e-4, abs=1e-5)
