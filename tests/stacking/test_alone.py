"""When a member is taken alone."""

import numpy as np
import pytest

from tests.stacking.conftest import Arbitrary, Follows
from tfrec_dl.stacking import fit
from tfrec_dl.stacking.alone import better_alone
from tfrec_dl.stacking.blender_configuration import BlenderConfig
from tfrec_dl.stacking.candidates import NEVER, CandidateLists
from tfrec_dl.stacking.members import Members, MemberScores


def lists(scores, log_weights=0.0):
    scores = np.asarray(scores, dtype=np.float32)
    users, candidates, members = scores.shape
    return CandidateLists(
        MemberScores(scores, np.ones((users, members), np.float32), np.ones((users, 1), np.float32)),
        np.full((users, candidates), log_weights, dtype=np.float32),
        np.arange(users),
    )


def test_a_member_that_finds_more_than_the_blend_is_taken():
    # The second member has the target first for two users of three; the blend for one of three.
    right, wrong = [1.0, 0.0, 0.5], [0.0, 1.0, 0.5]
    first = [wrong] * 60
    second = [right, right, [-1.0, 1.0, 0.5]] * 20
    blended = np.array([right, wrong, wrong] * 20)
    members = lists(np.stack([first, second], axis=2))
    assert better_alone(members, blended) == 1
    assert better_alone(members, np.array([right] * 60)) is None


def test_a_lead_that_chance_may_have_made_does_not_count():
    # One user of twelve more.
    right, wrong = [1.0, 0.0, 0.5], [0.0, 1.0, 0.5]
    members = lists(np.array([right, right, wrong, wrong] * 3)[:, :, np.newaxis])
    assert better_alone(members, np.array([right, wrong, wrong, wrong] + [right, right, wrong, wrong] * 2)) is None
    assert better_alone(members, members.scores.scores[:, :, 0]) is None


def test_places_without_an_item_are_ahead_of_nobody():
    members = lists([[[0.0], [1.0], [2.0]]] * 50, NEVER)
    assert better_alone(members, np.array([[0.0, 1.0, 2.0]] * 50)) is None


def test_it_gets_all_of_the_weight_and_that_is_logged(cases, vocabulary, monkeypatch, caplog):
    monkeypatch.setattr(fit, "better_alone", lambda lists, blended: 0)
    members = Members({"right": Follows(1, 1), "noise": Arbitrary(0)}, vocabulary)
    stack, on_validation = fit.fit_stack(members, cases(), BlenderConfig(folds=2))
    assert stack.weights() == pytest.approx({"right": 1.0, "noise": 0.0})
    assert on_validation is stack
    histories = cases(seed=1).histories
    best = stack.scores(histories)[:, 2:].argmax(axis=1)
    assert (best == (histories.items[histories.offsets[1:] - 1] - 2 + 1) % 30).all()
    assert "on validation right alone is better than right and noise blended" in caplog.text
