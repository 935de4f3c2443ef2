"""What is flagged, and what is left to chance."""

from dataclasses import replace

import numpy as np
import pytest

from tfrec_dl.data.profile.bin_counts import BinCounts
from tfrec_dl.data.profile.training_profile import TrainingProfile
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.drift.measure import LIMITS, checked_limits
from tfrec_dl.drift.measures import measures
from tfrec_dl.drift.today import Today
from tfrec_dl.drift.training import Training
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.estimate import Estimate

VOCABULARY = Vocabulary(np.array(["a", "b", "c"], dtype=object), np.array([50, 30, 20]))
PROFILE = TrainingProfile(
    users=1000,
    interactions=10_000,
    tested=1000,
    length_edges=(5, 10),
    lengths=BinCounts((500, 500, 0), 1000),
    popular=(1, 1, 1),
    popularity=BinCounts((5000, 3000, 2000, 0), 10_000),
    known=BinCounts((100, 9900), 10_000),
)
METRICS = {
    "ndcg@10": Estimate(0.2, 0.18, 0.22),
    "hit_rate@10": Estimate(0.2, 0.18, 0.22),
    "coverage@10": Estimate(0.8),
}
TRAINING = Training(PROFILE, METRICS, "leave-last-out: and so on")


def today(users=1000, rate=0.2, **changes):
    found = np.zeros(users)
    found[: round(rate * users)] = 1
    unchanged = Today(
        users=users,
        interactions=10 * users,
        lengths=BinCounts((users / 2, users / 2, 0), users),
        popularity=BinCounts((5 * users, 3 * users, 2 * users, 0), 10 * users),
        known=BinCounts((0.1 * users, 9.9 * users), 10 * users),
        ndcg=found,
        hits=found,
        coverage=0.8,
        k=10,
    )
    return replace(unchanged, **changes)


def flagged(now, training=TRAINING, **limits):
    found = measures(now, training, VOCABULARY, {**LIMITS, **limits})
    assert [each.name for each in found] == list(LIMITS)
    return [each.name for each in found if each.flagged]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"known": BinCounts((1000, 9000), 10_000)}, ["unknown_items"]),
        ({"known": BinCounts((500, 9500), 10_000)}, []),  # 4 % more than in training
        ({"popularity": BinCounts((2000, 3000, 5000, 0), 5000)}, ["popularity"]),
        ({"popularity": BinCounts((4000, 2000, 1000, 3000), 5000)}, ["popularity"]),  # items that were added since
        ({"popularity": BinCounts((4500, 3300, 2200, 0), 5000)}, []),
        ({"lengths": BinCounts((200, 400, 400), 1000)}, ["history_lengths"]),
        ({"coverage": 0.3}, ["coverage"]),
        ({"rate": 0.1}, ["ndcg", "hit_rate"]),
        ({"rate": 0.17}, []),
    ],
)
def test_each_shift_is_flagged_and_no_other(changes, expected):
    assert flagged(today(**changes)) == expected


def test_few_users_are_flagged_only_where_chance_does_not_explain_it():
    few = {"lengths": BinCounts((8, 2, 0), 10), "popularity": BinCounts((10, 50, 40, 0), 8)}
    assert flagged(today(users=10, rate=0, **few, known=BinCounts((10, 90), 9), coverage=0.1)) == ["ndcg", "hit_rate"]
    assert flagged(today(users=100, rate=0.15, coverage=0.05)) == []  # a tenth of the users, an eighth of their items
    assert flagged(today(users=100, coverage=0.03)) == ["coverage"]


def test_limits_decide():
    halved = today(rate=0.1)
    assert flagged(halved, ndcg=0.6) == ["hit_rate"]
    assert flagged(today(coverage=0.7), coverage=0.1) == ["coverage"]
    for limits, said in (
        ({"nDCG": 0.1}, "there is no measure 'nDCG': did you mean 'ndcg'?"),
        ({"ndcg": -1.0}, "the limit of ndcg is -1.0, but must be a number of at least 0"),
        ({"ndcg": float("nan")}, "the limit of ndcg is nan"),
    ):
        with pytest.raises(InputError, match=said.replace("?", r"\?")):
            checked_limits(limits)


def test_without_a_profile_what_can_be_measured_is():
    now = today(popularity=BinCounts((0,) * 2 + (2000,) + (0,) * 4 + (3000, 0, 5000, 0), 5000), lengths=None)
    found = {each.name: each for each in measures(now, replace(TRAINING, profile=None), VOCABULARY, LIMITS)}
    assert [name for name, each in found.items() if each.drift is None] == ["history_lengths", "coverage"]
    assert all("export its run again" in found[name].note for name in ("history_lengths", "coverage", "unknown_items"))
    assert [name for name, each in found.items() if each.flagged] == ["popularity"]


def test_what_is_not_there_is_said():
    nobody = today(users=1000, ndcg=np.empty(0), hits=np.empty(0), popularity=BinCounts((0, 0, 0, 0), 0))
    found = {each.name: each for each in measures(nobody, Training(PROFILE, {}, None), VOCABULARY, LIMITS)}
    assert "knows none of today's items" in found["popularity"].note
    assert all("no user has two interactions" in found[name].note for name in ("coverage", "ndcg", "hit_rate"))
    found = {each.name: each for each in measures(today(), Training(PROFILE, {}, None), VOCABULARY, LIMITS)}
    assert all("no such metric" in found[name].note for name in ("coverage", "ndcg", "hit_rate"))
    other = replace(TRAINING, split="temporal: and so on")
    found = {each.name: each for each in measures(today(), other, VOCABULARY, LIMITS)}
    assert found["ndcg"].note == "leave-last-out today, another split at training"
