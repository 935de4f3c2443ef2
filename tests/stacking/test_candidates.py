"""The lists that the blender learns to order."""

import numpy as np
import pytest

from tests.stacking.conftest import ITEMS, Arbitrary, Follows
from tfrec_dl.data.splits.evaluation_cases import EvaluationCases
from tfrec_dl.errors import InputError
from tfrec_dl.stacking.blender_configuration import BlenderConfig
from tfrec_dl.stacking.candidates import candidate_lists
from tfrec_dl.stacking.fit_blender import fit_blender
from tfrec_dl.stacking.members import Members


class Index(Arbitrary):
    """Scores each item by its index, which then can be read off the lists."""

    def catalogue_scores(self, history):
        import tensorflow as tf

        return tf.tile(tf.range(ITEMS + 2, dtype=tf.float32)[tf.newaxis], [tf.shape(history)[0], 1])


@pytest.fixture
def members(vocabulary):
    return Members({"index": Index(0), "noise": Arbitrary(1), "right": Follows(1, 1)}, vocabulary)


def _items(lists):
    return np.rint(lists.scores.scores[:, :, 0] + np.arange(2, ITEMS + 2).mean()).astype(int)


def test_target_comes_first_and_every_other_item_not_in_the_history_once(members, cases):
    data = cases(users=20)
    lists = candidate_lists(members, data, BlenderConfig())
    assert sorted(lists.rows) == list(range(20))
    for items, log_weights, row in zip(_items(lists), lists.log_weights, lists.rows, strict=True):
        assert items[0] == data.targets.row(int(row))[0]
        assert set(log_weights[log_weights > -1e8]) == {0.0}
        listed = items[log_weights > -1e8]
        assert sorted(listed) == sorted(set(range(2, ITEMS + 2)) - set(data.histories.row(int(row)).tolist()))


def test_few_candidates_are_each_members_best_and_a_sample_that_stands_for_the_rest(members, cases):
    data = cases(users=20, lengths=((2, 6),))
    lists = candidate_lists(members, data, BlenderConfig(best=2, sampled=5))
    for items, log_weights, row in zip(_items(lists), lists.log_weights, lists.rows, strict=True):
        history, target = data.histories.row(int(row)), data.targets.row(int(row))[0]
        free = sorted(set(range(2, ITEMS + 2)) - set(history.tolist()) - {target})
        assert len(items) == len(set(items)) == 1 + 3 * 2 + 5
        assert set(items[1:]) <= set(free)
        assert set(items[1:3]) == set(free[-2:])
        assert np.exp(log_weights[1:]).sum() == pytest.approx(len(free), rel=1e-5)


def test_sampled_lists_estimate_the_loss_over_all_items(members, cases):
    data = cases(users=2_000, lengths=((2, 6),))
    everything = candidate_lists(members, data, BlenderConfig())
    sampled = candidate_lists(members, data, BlenderConfig(best=3, sampled=6))
    exact, estimated = (fit_blender(lists, 0.1).get_layer("member_weights").kernel for lists in (everything, sampled))
    assert estimated.numpy() == pytest.approx(exact.numpy(), abs=0.05)


def test_lists_are_found_whose_target_is_among_the_best_of_a_member(vocabulary, cases):
    members = Members({"index": Index(0), "noise": Arbitrary(1), "more noise": Arbitrary(2)}, vocabulary)
    data = cases(users=200)
    lists = candidate_lists(members, data, BlenderConfig(best=2, sampled=1))
    wanted = set()
    for row in range(200):
        history, target = data.histories.row(row), data.targets.row(row)[0]
        free = sorted(set(range(2, ITEMS + 2)) - set(history.tolist()))
        for member in members.members:
            scores = member.catalogue_scores(history[np.newaxis])[0].numpy()
            if target in sorted(free, key=lambda item, scores=scores: -scores[item])[:2]:
                wanted.add(row)
    found = lists.found(2)
    assert 20 < len(wanted) < 200
    assert set(found.rows) == wanted
    for kept, log_weights in zip(_items(found), found.log_weights, strict=True):
        assert len(set(kept[log_weights > -1e8])) == np.sum(log_weights == 0) == 1 + 3 * 2


def test_a_target_that_ties_with_too_many_is_not_found(vocabulary, cases):
    class Undecided(Arbitrary):
        def catalogue_scores(self, history):
            return 0.0 * super().catalogue_scores(history)

    lists = candidate_lists(Members({"undecided": Undecided(0)}, vocabulary), cases(), BlenderConfig(best=5))
    assert len(lists) == 200
    assert len(lists.found(5)) == 0


def test_no_small_change_of_the_blender_lowers_its_loss(members, cases):
    lists = candidate_lists(members, cases(users=100), BlenderConfig())
    layer = fit_blender(lists, 0.01).get_layer("member_weights")
    spread, log_length = lists.scores.spread, np.log1p(lists.scores.length)
    relative, length = spread / spread.mean(0), (log_length - log_length.mean()) / log_length.std()

    def loss(kernel):
        weights = (kernel[0] + kernel[1] * length + kernel[2] * relative) / spread
        scores = np.einsum("ncm,nm->nc", lists.scores.scores, weights) + lists.log_weights
        return np.mean(np.log(np.exp(scores).sum(1)) - scores[:, 0]) + 0.01 * np.sum(kernel**2)

    kernel = layer.kernel.numpy().astype(np.float64)
    for place in np.ndindex(kernel.shape):
        for change in (0.05, -0.05):
            moved = kernel.copy()
            moved[place] += change
            assert loss(moved) > loss(kernel)


def test_of_many_cases_some_are_drawn(members, cases):
    lists = candidate_lists(members, cases(users=50), BlenderConfig(cases=10))
    assert len(lists) == len(set(lists.rows)) == 10


def test_the_first_target_that_can_be_recommended_counts(members, histories):
    data = EvaluationCases(histories([[2, 3], [], [4]]), histories([[3, 1, 9, 8], [5], [1]]))
    lists = candidate_lists(members, data, BlenderConfig())
    assert lists.rows.tolist() == [0]
    assert _items(lists)[0, 0] == 9


def test_seen_items_that_are_kept_are_targets_and_candidates(members, cases):
    data = cases(users=20)
    again = EvaluationCases(data.histories, data.histories.select(np.arange(20)))
    with pytest.raises(InputError, match="none of the 20 validation users"):
        candidate_lists(members, again, BlenderConfig())
    lists = candidate_lists(members, again, BlenderConfig(), keep_seen=True)
    for items, log_weights, row in zip(_items(lists), lists.log_weights, lists.rows, strict=True):
        assert items[0] == data.histories.row(int(row))[0]
        assert sorted(items[log_weights > -1e8]) == list(range(2, ITEMS + 2))
