"""Baselines inside the graph give the baselines' own scores."""

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from tfrec_dl.baselines import BASELINES
from tfrec_dl.baselines.fit import fit_baselines
from tfrec_dl.baselines.graph import SparseRows, distinct_items
from tfrec_dl.baselines.ials import IALS
from tfrec_dl.baselines.transition_settings import TransitionSettings
from tfrec_dl.baselines.transitions import Transitions
from tfrec_dl.baselines.votes_graph import VotesGraph
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.splits.leave_last_out import leave_last_out
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.errors import InputError

ROWS = [[], [2], [5, 5, 5], [3, 9, 4, 3, 40, 7, 2, 11, 30], list(range(2, 42))]


@pytest.fixture(scope="module")
def split():
    rng = np.random.default_rng(0)
    steps = np.cumsum(rng.choice([1, 1, 1, 2], (60, 12)), axis=1) + rng.integers(0, 40, 60)[:, None]
    table = pd.DataFrame(
        {
            "user_id": np.repeat(np.arange(60), 12),
            "item_id": steps.ravel() % 40,
            "timestamp": np.tile(np.arange(12), 60),
        }
    )
    return leave_last_out(Interactions.from_frame(table))


@pytest.fixture(scope="module", params=BASELINES)
def baseline(request, split):
    return next(scorer for _, scorer, _ in fit_baselines(split, [request.param]))


def _in_graph(graph, histories):
    traced = tf.function(graph.catalogue_scores, input_signature=[tf.TensorSpec([None, None], tf.int32)])
    scores = traced(histories.padded(10_000))
    assert scores.dtype == tf.float32
    return scores.numpy()


def test_scores_equal_the_baselines_own(baseline, histories):
    cases = histories(ROWS)
    expected = baseline.scores(cases)
    assert _in_graph(baseline.graph(), cases)[:, 2:] == pytest.approx(expected[:, 2:], rel=1e-4, abs=1e-6)


def test_items_without_votes_keep_their_order_by_popularity(split, histories):
    chain = next(scorer for _, scorer, _ in fit_baselines(split, ["markov_chain"]))
    scores, expected = _in_graph(chain.graph(), histories([[2]]))[0, 2:], chain.scores(histories([[2]]))[0, 2:]
    unvoted = expected < 1e-6
    assert 10 < unvoted.sum() < 40
    assert scores[unvoted] == pytest.approx(expected[unvoted], rel=1e-4)


def test_arrays_make_the_same_graph_again(baseline, split, histories):
    graph = baseline.graph()
    again = type(graph)(split.vocabulary.item_counts, **graph.arrays())
    np.testing.assert_array_equal(_in_graph(again, histories(ROWS)), _in_graph(graph, histories(ROWS)), strict=True)


def test_transitions_are_counted_anew_with_their_settings(split, histories):
    settings = TransitionSettings(window=3, back=0.4, repeat=0.2, order=2)
    graph = Transitions.fit(split.train, split.vocabulary, settings).graph()
    again = type(graph)(split.vocabulary.item_counts, **graph.arrays())  # as from a file
    items = split.test.histories.items
    counts = np.bincount(items, minlength=split.vocabulary.size)[2:]
    expected = Transitions.fit(split.test.histories, Vocabulary(split.vocabulary.ids, counts), settings).graph()
    found = again.counted_anew(split.test.histories)
    np.testing.assert_array_equal(_in_graph(found, histories(ROWS)), _in_graph(expected, histories(ROWS)))


def test_transitions_of_earlier_versions_cannot_be_counted_anew(split):
    arrays = Transitions.fit(split.train, split.vocabulary).graph().arrays()
    old = VotesGraph(
        split.vocabulary.item_counts, **{name: each for name, each in arrays.items() if name != "settings"}
    )
    with pytest.raises(InputError, match="train again"):
        old.counted_anew(split.train)


def test_ials_with_confident_interactions_solves_each_users_own_system(split, histories):
    baseline = IALS.fit(split.train, split.vocabulary, factors=8, regularization=0.5, alpha=7.0)
    cases = histories(ROWS)
    assert _in_graph(baseline.graph(), cases)[:, 2:] == pytest.approx(baseline.scores(cases)[:, 2:], rel=1e-4, abs=1e-5)


def test_rows_of_a_sparse_matrix_are_weighted_and_added():
    # Rows: [0, 7, 0], nothing, [1, 0, 2].
    matrix = SparseRows(np.array([0, 1, 1, 3]), np.array([1, 0, 2]), np.array([7.0, 1.0, 2.0]))
    summed = matrix.weighted_sum(
        tf.constant([0, 2, 2, 1]),
        tf.constant([1.0, 10.0, 0.5, 9.0]),
        tf.constant([0, 0, 2, 2], tf.int64),
        tf.constant(3),
    )
    np.testing.assert_array_equal(summed, [[10.0, 7.0, 20.0], [0.0, 0.0, 0.0], [0.5, 0.0, 1.0]])


def test_an_item_of_a_history_is_taken_once_and_padding_never():
    items, rows = distinct_items(tf.constant([[4, 2, 4, 0], [0, 0, 0, 0], [3, 3, 3, 3]]))
    assert sorted(zip(rows.numpy(), items.numpy(), strict=True)) == [(0, 2), (0, 4), (2, 3)]
