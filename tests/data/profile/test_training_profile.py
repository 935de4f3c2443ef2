"""The profile of a training's data."""

import json

import numpy as np
import pytest

from tfrec_dl.data.profile.bin_counts import BinCounter
from tfrec_dl.data.profile.training_profile import PROFILE, TrainingProfile
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.errors import InputError


@pytest.fixture(scope="module")
def profile() -> TrainingProfile:
    """Ten users of 3 to 12 interactions; item 0 in half of them, 20 others, and an unknown one once a user."""
    counts = np.array([300, *[15] * 20, 0, 0])
    vocabulary = Vocabulary(np.array([f"i{item}" for item in range(len(counts))], dtype=object), counts)
    users = np.repeat(np.arange(10), np.arange(3, 13))
    items = np.where(np.arange(len(users)) % 2, 2, 3 + np.arange(len(users)) % 20)
    items[np.cumsum(np.arange(3, 13)) - 1] = 1
    return TrainingProfile.of(users, items, vocabulary, tested=9)


def test_it_holds_lengths_popularity_and_unknown_items(profile):
    assert (profile.users, profile.interactions, profile.tested) == (10, 75, 9)
    assert profile.length_edges == (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
    assert profile.lengths.counts == (0, *[1] * 10, 0)
    assert sum(profile.popular) == 21  # the two without an interaction come after all bins
    assert max(profile.popular) == 4  # a tenth of the interactions
    assert profile.known.counts == (10, 65)
    popular = profile.popularity.counts
    assert sum(popular) == 65
    assert popular[2] > 25  # where item 0 stands, in the middle of its half
    assert popular[-1] == 0


def test_it_is_read_as_it_was_written(profile, tmp_path):
    assert TrainingProfile.read(tmp_path) is None
    (tmp_path / PROFILE).write_text(json.dumps(profile.values()))
    assert TrainingProfile.read(tmp_path) == profile


@pytest.mark.parametrize(
    "change",
    [
        {"users": "many"},
        {"length_edges": [1, 2]},
        {"popular": None},
        {"known": {"counts": [1, -1], "effective": 1}},
        {"lengths": {"counts": [float("nan")] * 12, "effective": 1}},
        {"popularity": {"counts": [1, 2], "effective": 1}},
    ],
)
def test_a_damaged_one_is_refused_in_a_line(profile, tmp_path, change):
    (tmp_path / PROFILE).write_text(json.dumps({**profile.values(), **change}))
    with pytest.raises(InputError, match=r"profile.json is not a training profile: restore it, or delete it\.$"):
        TrainingProfile.read(tmp_path)


def test_interactions_of_a_user_that_are_alike_are_worth_less():
    draw = np.random.default_rng(0)
    independent, alike = BinCounter(4), BinCounter(4)
    independent.add(draw.multinomial(10, [0.25] * 4, size=400))
    for part in np.array_split(10 * draw.multinomial(1, [0.25] * 4, size=400), 3):
        alike.add(part)
    assert independent.found().total == alike.found().total == 4000
    assert independent.found().effective == pytest.approx(4000, rel=0.1)
    assert alike.found().effective == pytest.approx(400, rel=0.01)
