"""What the blender learns, on members whose worth is known."""

import numpy as np
import pytest
import tensorflow as tf

from tests.stacking.conftest import Arbitrary, Follows
from tfrec_dl.data.splits.evaluation_cases import EvaluationCases
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.evaluate import evaluate
from tfrec_dl.metrics import NDCG
from tfrec_dl.stacking.blender_configuration import BlenderConfig
from tfrec_dl.stacking.candidates import candidate_lists
from tfrec_dl.stacking.fit import fit_stack
from tfrec_dl.stacking.fit_blender import fit_blender
from tfrec_dl.stacking.members import Members
from tfrec_dl.stacking.model import StackedModel


def _ndcg(scorer, cases, vocabulary):
    return evaluate(scorer, cases, vocabulary, metrics=[NDCG(10)]).means()["ndcg@10"]


def test_a_member_for_short_and_one_for_long_histories_together_are_right_for_all(cases, vocabulary):
    short, long = Follows(short=1, long=7), Follows(short=7, long=1)
    validation, test = cases(seed=0), cases(seed=1)
    stack, crossed = fit_stack(Members({"short": short, "long": long}, vocabulary), validation, BlenderConfig(folds=2))
    for name, member in (("short", short), ("long", long)):
        alone, _ = fit_stack(Members({name: member}, vocabulary), validation, BlenderConfig(folds=2))
        assert _ndcg(alone, test, vocabulary) < 0.75
    assert _ndcg(stack, test, vocabulary) > 0.99
    assert _ndcg(crossed, validation, vocabulary) > 0.99


def test_a_useless_member_gets_next_to_no_weight(cases, vocabulary):
    members = Members({"right": Follows(1, 1), "useless": Arbitrary(3)}, vocabulary)
    stack, _ = fit_stack(members, cases(users=400), BlenderConfig(regularization=1e-2, folds=2))
    weights = stack.weights()
    assert weights["right"] > 0.5
    assert abs(weights["useless"]) < 0.1 * weights["right"]


def test_a_misleading_member_counts_against_what_it_says(cases, vocabulary):
    class Misleading(Follows):
        def catalogue_scores(self, history):
            return -super().catalogue_scores(history)

    stack, _ = fit_stack(Members({"misleading": Misleading(1, 1)}, vocabulary), cases(), BlenderConfig(folds=2))
    assert stack.weights()["misleading"] < 0
    assert _ndcg(stack, cases(seed=1), vocabulary) > 0.99


def test_members_scales_do_not_matter(cases, vocabulary):
    rankings = []
    for scale in (1e-4, 1.0, 1e5):
        members = Members({"large": Follows(1, 7, scale), "small": Follows(7, 1), "noise": Arbitrary(0)}, vocabulary)
        stack, _ = fit_stack(members, cases(), BlenderConfig(folds=2))
        rankings.append(stack.scores(cases(seed=1).histories))
    assert rankings[1] == pytest.approx(rankings[0], rel=1e-2, abs=1e-2)
    assert rankings[2] == pytest.approx(rankings[0], rel=1e-2, abs=1e-2)


def test_figures_of_a_blender_on_its_own_cases_flatter_it_and_cross_fitted_ones_do_not(cases, vocabulary):
    members = Members({f"noise {seed}": Arbitrary(seed) for seed in range(8)}, vocabulary)
    validation, fresh = cases(users=40), cases(users=400, seed=1)
    stack, crossed = fit_stack(members, validation, BlenderConfig(regularization=0.0))
    in_sample, cross_fitted = _ndcg(stack, validation, vocabulary), _ndcg(crossed, validation, vocabulary)
    truth = _ndcg(stack, fresh, vocabulary)
    assert in_sample > truth + 0.1
    assert cross_fitted < truth + 0.05


def test_no_user_is_scored_by_a_blender_that_learned_from_it(cases, vocabulary, monkeypatch):
    from tfrec_dl.stacking import cross_fitting

    learned_from = []
    fit_blender = cross_fitting.fit_blender
    monkeypatch.setattr(
        cross_fitting,
        "fit_blender",
        lambda lists, weight: learned_from.append(set(lists.rows)) or fit_blender(lists, weight),
    )
    validation = cases(users=23)
    _, crossed = fit_stack(Members({"noise": Arbitrary(0)}, vocabulary), validation, BlenderConfig(folds=4))
    assert len(learned_from) == 4
    for row, user in enumerate(validation.histories.user_ids):
        for fold, rows in enumerate(learned_from):
            assert (row in rows) == (crossed.folds[user] != fold)


def test_it_learns_from_found_targets_alone_where_lost_ones_spoil_the_first_ten(histories, vocabulary):
    # One user of five goes on to the item that "right" has first, four to one of the fifteen that it has last.
    class Right(Follows):
        def catalogue_scores(self, history):
            first = super().catalogue_scores(history)
            last = [tf.roll(first[:, 2:], step, axis=1) for step in range(5, 20)]
            return first - tf.pad(tf.add_n(last), [[0, 0], [2, 0]])

    rng = np.random.default_rng(0)
    last = rng.integers(0, 30, 600)
    lost = np.arange(600) % 5 > 0
    following = np.where(lost, (last + 1 + rng.integers(5, 20, 600)) % 30, (last + 1) % 30)
    rows = [[int(item) + 2] for item in last]
    validation = EvaluationCases(histories(rows), histories([[int(item) + 2] for item in following]))
    members = Members({"right": Right(1, 1)}, vocabulary)
    lists = candidate_lists(members, validation, BlenderConfig())
    assert fit_blender(lists, 1e-3).get_layer("member_weights").kernel.numpy().sum() < 0
    stack, crossed = fit_stack(members, validation, BlenderConfig(best=1))
    assert stack.weights()["right"] > 0
    assert _ndcg(crossed, validation, vocabulary) == pytest.approx(1 / 5)


def test_the_same_call_gives_the_same_stack(cases, vocabulary):
    members = Members({"right": Follows(1, 1), "noise": Arbitrary(0)}, vocabulary)
    config = BlenderConfig(best=2, sampled=3, cases=50, folds=2)
    first, second = (fit_stack(members, cases(), config)[0].scores(cases(seed=1).histories) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_cases_that_nothing_can_be_learned_from_are_refused(histories, vocabulary):
    new_user, repeats, unknown = ([], [5]), ([5, 6], [5]), ([5, 6], [1])
    rows = [new_user, repeats, unknown]
    hopeless = EvaluationCases(histories([row for row, _ in rows]), histories([target for _, target in rows]))
    with pytest.raises(InputError, match="none of the 3 validation users") as refused:
        fit_stack(Members({"noise": Arbitrary(0)}, vocabulary), hopeless)
    assert "\n" not in str(refused.value)


def test_where_too_few_targets_are_found_to_learn_from_all_members_count_the_same(cases, vocabulary, caplog):
    first, second = Follows(1, 1), Follows(7, 7)
    stack, on_validation = fit_stack(Members({"first": first, "second": second}, vocabulary), cases(users=4))
    assert "only 4 of 4 validation users can be learned from" in caplog.text
    assert stack.weights() == pytest.approx({"first": 0.5, "second": 0.5})
    assert on_validation is stack
    both = np.sort(np.argsort(-stack.scores(cases().histories)[:, 2:], axis=1)[:, :2], axis=1)
    last = cases().histories.items[cases().histories.offsets[1:] - 1] - 2
    np.testing.assert_array_equal(both, np.sort(np.stack([(last + 1) % 30, (last + 7) % 30], axis=1), axis=1))


def test_a_stack_without_members_is_refused(vocabulary):
    with pytest.raises(InputError, match="0 members"):
        Members({}, vocabulary)


def test_new_users_get_the_popular_items(histories, cases, vocabulary):
    stack, _ = fit_stack(Members({"noise": Arbitrary(0)}, vocabulary), cases())
    assert isinstance(stack, StackedModel)
    np.testing.assert_array_equal(stack.scores(histories([[3], []]))[1], vocabulary.item_counts)
    np.testing.assert_array_equal(stack.catalogue_scores(histories([[3], []]).padded(9))[1], vocabulary.item_counts)
