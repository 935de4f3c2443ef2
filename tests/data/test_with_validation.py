"""Data whose validation targets are learnt from: each user's past in time order, counted, and no test target in it."""

import numpy as np
import pandas as pd
import pytest

from tests.synthetic import cyclic_interactions
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.source import DataSource
from tfrec_dl.data.splits.leave_last_out import leave_last_out
from tfrec_dl.data.splits.random import random_by_user
from tfrec_dl.data.splits.temporal import temporal


def table(rows: dict[str, str], times: dict[str, list[int]] | None = None) -> Interactions:
    """Users with a letter an item; times by place where they are not given."""
    users = [user for user, items in rows.items() for _ in items]
    when = [time for user, items in rows.items() for time in (times or {}).get(user, range(len(items)))]
    frame = pd.DataFrame({"user_id": users, "item_id": list("".join(rows.values())), "timestamp": when})
    return Interactions.from_frame(frame)


def learnt(split) -> dict[str, str]:
    train = split.train
    return {str(user): "".join(split.vocabulary.decode(train.row(place))) for place, user in enumerate(train.user_ids)}


def test_the_last_but_one_interaction_is_learnt_and_counted():
    split = leave_last_out(table({"u": "abca", "v": "bcad", "w": "ab", "x": "aea"}))
    assert learnt(split) == {"u": "ab", "v": "bc", "w": "ab", "x": "a"}
    found = split.with_validation()
    # "e" is in the validation part for the first time, and stays unknown.
    assert learnt(found) == {"u": "abc", "v": "bca", "w": "ab", "x": "a"}
    assert found.vocabulary.ids is split.vocabulary.ids
    assert dict(zip(found.vocabulary.ids, found.vocabulary.counts, strict=True)) == {"a": 4, "b": 3, "c": 2}
    assert found.test is split.test
    assert found.train.vocabulary is found.vocabulary


def test_by_the_clock_users_without_a_test_or_without_a_past_are_learnt_from_too():
    times = {"old": [0, 1, 2, 6], "silent": [3, 4, 5, 7], "new": [8, 9]}
    interactions = table({"old": "abca", "silent": "bcab", "new": "ab"}, times)
    split = temporal(interactions, validation_share=0.3, test_share=0.1)  # the test is new's second
    assert learnt(split) == {"old": "abc", "silent": "bca"}
    found = learnt(split.with_validation())
    assert found == {"old": "abca", "silent": "bcab", "new": "a"}


def test_of_a_random_split_the_order_in_time_is_kept():
    interactions = table({user: "abcdefghij"[shift:] + "abcdefghij"[:shift] for shift, user in enumerate("uvwxy")})
    split = random_by_user(interactions, seed=3)
    found = split.with_validation()
    for place, user in enumerate(found.train.user_ids):
        test = split.vocabulary.decode(split.test.targets.row(list(split.test.targets.user_ids).index(user)))
        own = interactions.item_ids[interactions.items[interactions.order]].reshape(5, 10)[place]
        assert "".join(found.vocabulary.decode(found.train.row(place))) == "".join(x for x in own if x not in test)


def test_weights_go_with_their_interactions():
    frame = pd.DataFrame({"user_id": list("uuuuvvv"), "item_id": list("ababbab"), "weight": np.arange(1.0, 8.0)})
    found = leave_last_out(Interactions.from_frame(frame)).with_validation()
    np.testing.assert_array_equal(found.train.weights, [1, 2, 3, 5, 6])


@pytest.mark.parametrize("split", ["leave-last-out", "cold-start"])
def test_of_a_source_all_but_the_split_stays(tmp_path, split):
    cyclic_interactions(users=40, items=20, length=8).to_csv(tmp_path / "table.csv", index=False)
    dataset = DataSource(str(tmp_path / "table.csv"), split=split).read()
    found = dataset.with_validation()
    assert found.fingerprint == dataset.fingerprint
    assert len(found.split.train.items) == len(dataset.split.train.items) + len(dataset.split.validation.targets.items)
    if split == "cold-start":
        assert found.cold_split.split is found.split
        assert found.cold_split.cold_test is dataset.cold_split.cold_test
