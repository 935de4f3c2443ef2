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
    for items, listed, row in zip(_items(lists), lists.listed, lists.rows, strict=True):
        assert items[0] == data.targets.row(int(row))[0]
        assert sorted(items[listed]) == sorted(set(range(2, ITEMS + 2)) - set(data.histories.row(int(row)).tolist()))


def test_candidates_are_each_members_best_of_users_whose_target_is_among_them(vocabulary, cases):
    members = Members({"index": Index(0), "noise": Arbitrary(1), "more noise": Arbitrary(2)}, vocabulary)
    data = cases(users=200, lengths=((2, 6), (7, 12)))
    lists = candidate_lists(members, data, BlenderConfig(candidates=6))
    wanted = {}
    for row in range(200):
        history, target = data.histories.row(row), data.targets.row(row)[0]
        scores = [member.catalogue_scores(history[np.newaxis])[0].numpy() for member in members.members]
        free = sorted(set(range(2, ITEMS + 2)) - set(history.tolist()))
        best = [sorted(free, key=lambda item, own=own: -own[item])[:2] for own in scores]
        if any(target in items for items in best):
            wanted[row] = {target}.union(*best)
    assert 20 < len(wanted) < 200
    assert sorted(lists.rows) == list(wanted)
    for items, listed, row in zip(_items(lists), lists.listed, lists.rows.tolist(), strict=True):
        assert len(set(items[listed])) == listed.sum()
        assert wanted[row] <= set(items[listed].tolist())


def test_a_target_that_ties_with_too_many_is_not_found(vocabulary, cases):
    class Undecided(Arbitrary):
        def catalogue_scores(self, history):
            return 0.0 * super().catalogue_scores(history)

    undecided = Members({"undecided": Undecided(0)}, vocabulary)
    assert len(candidate_lists(undecided, cases(), BlenderConfig(candidates=5))) == 0


def test_one_candidate_is_the_least_that_a_member_adds(members, cases):
    lists = candidate_lists(members, cases(users=20), BlenderConfig(candidates=1))
    assert lists.listed.all()
    assert lists.listed.shape[1] == 1 + 3


def test_no_small_change_of_the_blender_lowers_its_loss(members, cases):
    lists = candidate_lists(members, cases(users=100), BlenderConfig())
    layer = fit_blender(lists, 0.01).get_layer("member_weights")
    spread, log_length = lists.scores.spread, np.log1p(lists.scores.length)
    relative, length = spread / spread.mean(0), (log_length - log_length.mean()) / log_length.std()

    def loss(kernel):
        weights = (kernel[0] + kernel[1] * length + kernel[2] * relative) / spread
        scores = np.einsum("ncm,nm->nc", lists.scores.scores, weights)
        return np.mean(np.log((lists.listed * np.exp(scores)).sum(1)) - scores[:, 0]) + 0.01 * np.sum(kernel**2)

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
    for items, listed, row in zip(_items(lists), lists.listed, lists.rows, strict=True):
        assert items[0] == data.histories.row(int(row))[0]
        assert sorted(items[listed]) == list(range(2, ITEMS + 2))
