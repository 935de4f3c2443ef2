"""What a list's history holds, against a naive account."""

import numpy as np
import pandas as pd
import pytest

from tests.impressions import impressions_of, shown
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.errors import InputError
from tfrec_dl.ranking.data.events import Events, Levels
from tfrec_dl.ranking.data.feedback import Feedback
from tfrec_dl.ranking.data.splits import ImpressionSplit, split_at_random, split_in_time

BOUGHT = Feedback(click="click", conversion="order")
RATED = Feedback(rating="rating")
BOTH = Feedback(click="click", rating="rating")


def naive(frame: pd.DataFrame, split: ImpressionSplit, number: int, clicks: bool) -> list[int]:
    """The rows of a list's history as a loop over the table finds them."""
    own = frame[frame["list"] == number].iloc[0]
    timed = "timestamp" in frame
    clock = frame["timestamp"] if timed else frame["list"]
    past = []
    for row in frame.index[frame["user_id"] == own["user_id"]]:
        if clicks and not frame["click"][row]:
            continue
        if split.in_time and clock[row] >= (own["timestamp"] if timed else number):
            continue
        if not split.in_time and (frame["list"][row] == number or row not in split.train):
            continue
        past.append((clock[row], frame["list"][row], row))
    return [row for _, _, row in sorted(past)]


@pytest.mark.parametrize("shuffled", [False, True], ids=["in order", "rows all over"])
@pytest.mark.parametrize("timed", [True, False], ids=["times", "no times"])
@pytest.mark.parametrize("divide", [split_in_time, split_at_random], ids=["in time", "at random"])
@pytest.mark.parametrize("feedback", [BOUGHT, RATED, BOTH], ids=["clicks", "ratings", "both"])
def test_histories_are_what_a_loop_over_the_table_finds(feedback, divide, timed, shuffled):
    frame = shown(lists=50, users=6)
    if shuffled:
        frame = frame.sample(frac=1, random_state=1, ignore_index=True)
        frame["list"] = pd.factorize(frame["list"])[0]
    frame = frame if timed else frame.drop(columns="timestamp")
    split = divide(impressions_of(frame, feedback, lists=("list",)))
    events = Events.of(split, Levels.of(split.impressions.labels.get("rating")))
    histories = [naive(frame, split, number, feedback.click is not None) for number in range(50)]
    for max_length in (1, 3, 8, 100):
        found = events.before(np.arange(50), max_length)
        assert 1 <= found.shape[1] <= max_length
        for number, row in enumerate(found):
            kept = row[row >= 0]
            assert (row[len(kept) :] == -1).all()
            expected = histories[number][-max_length:]
            assert events.rows[kept].tolist() == expected
            assert split.impressions.item_ids[events.items[kept]].tolist() == frame["item_id"][expected].tolist()
            if feedback is BOUGHT:
                assert events.levels[kept].tolist() == (1 + frame["order"][expected]).tolist()
            else:
                assert events.levels[kept].tolist() == frame["rating"][expected].tolist()  # 1 to 5


def test_rating_at_random_is_never_in_its_own_history_and_all_others_are():
    frame = pd.DataFrame({"user_id": "u", "item_id": [f"i{row}" for row in range(20)], "rating": [1.0, 2.0] * 10})
    split = split_at_random(impressions_of(frame, RATED))
    events = Events.of(split, Levels.of(split.impressions.labels["rating"]))
    found = events.rows[events.before(split.train, 50)]
    for row, past in zip(split.train, found, strict=True):
        assert past.tolist() == [other for other in split.train if other != row]
    assert events.rows[events.before(split.test, 50)].tolist() == [split.train.tolist()] * len(split.test)


def test_who_did_nothing_before_has_an_empty_history_of_width_one():
    frame = pd.DataFrame({"user_id": list("abcdefghij"), "item_id": "i", "timestamp": range(10), "click": [0, 1] * 5})
    events = Events.of(split_in_time(impressions_of(frame), 0.2), Levels())
    assert events.before(np.arange(10), 7).tolist() == [[-1]] * 10


def test_levels_of_few_ratings_are_these_and_of_many_their_quantiles():
    few = Levels.of(np.array([1, 2.5, 5, 1], np.float32))
    assert few.size == 4
    assert few.encode({"rating": np.array([1, 2.5, 5, 0, 3, 9], np.float32)}).tolist() == [1, 2, 3, 1, 2, 3]
    ratings = np.random.default_rng(0).permutation(np.arange(1_000)).astype(np.float32)
    many = Levels.of(ratings)
    assert many.size == 21
    assert np.bincount(many.encode({"rating": ratings})).tolist() == [0, *[50] * 20]


def test_levels_of_clicks_tell_what_converted():
    clicks = np.ones(2, np.float32)
    assert Levels.of(None).size == 3
    assert Levels().encode({"click": clicks, "conversion": np.array([0, 1], np.float32)}).tolist() == [1, 2]
    assert Levels().encode({"click": clicks}).tolist() == [1, 1]


@pytest.mark.parametrize("divide", [split_in_time, split_at_random], ids=["in time", "at random"])
def test_drawn_histories_hold_nothing_but_the_history_and_nothing_twice(divide):
    frame = shown(lists=30, users=4)
    split = divide(impressions_of(frame, lists=("list",)))
    events = Events.of(split, Levels())
    lists, rng = np.arange(30), np.random.default_rng(0)
    histories = [set(row[row >= 0].tolist()) for row in events.before(lists, 1_000)]
    met = [set() for _ in lists]
    for epoch in range(200):
        drawn = events.sampled(lists, 5, events.shuffled([0, epoch]), rng)
        assert drawn.shape == (30, 5)
        for row, history, so_far in zip(drawn, histories, met, strict=True):
            kept = row[row >= 0].tolist()
            assert len(set(kept)) == len(kept)
            assert set(kept) <= history
            so_far |= set(kept)
    assert met == histories  # every event has its turn


def test_histories_of_other_interactions_are_what_lies_before_the_list_by_the_clock():
    frame = shown(lists=30, users=4)
    log = pd.DataFrame(
        {"user_id": ["u0", "u1", "u0", "nobody", "u0", "u0"], "item_id": ["x", "i3", "i1", "y", "i2", "x"]}
    )
    log["timestamp"] = [3, 0, 1, 2, 9, 99]
    split = split_in_time(impressions_of(frame, lists=("list",))).with_history(Interactions.from_frame(log))
    events = Events.of(split, Levels())
    for number, row in enumerate(events.before(np.arange(30), 10)):
        own = frame[frame["list"] == number].iloc[0]
        past = log[(log["user_id"] == own["user_id"]) & (log["timestamp"] < own["timestamp"])].sort_values("timestamp")
        kept = row[row >= 0]
        assert split.impressions.item_ids[events.items[kept]].tolist() == past["item_id"].tolist()
        assert events.times[kept].tolist() == past["timestamp"].tolist()
        assert (events.rows[kept] == -1).all()


def test_histories_of_other_interactions_need_times_and_a_split_in_time():
    frame, log = shown(lists=30), pd.DataFrame({"user_id": ["u0"], "item_id": ["i0"], "timestamp": [1]})
    table, past = impressions_of(frame, lists=("list",)), Interactions.from_frame(log)
    with pytest.raises(InputError, match="histories of other interactions need a split in time"):
        split_at_random(table).with_history(past)
    with pytest.raises(InputError, match="the interactions of the histories have no times"):
        split_in_time(table).with_history(Interactions.from_frame(log.drop(columns="timestamp")))
    without = impressions_of(frame.drop(columns="timestamp"), lists=("list",))
    with pytest.raises(InputError, match="the impressions have no times"):
        split_in_time(without).with_history(past)


def test_past_items_without_a_rating_are_taken_for_the_middle_level():
    frame = shown(lists=30, users=4)
    log = pd.DataFrame({"user_id": ["u0", "u1"], "item_id": ["i0", "i1"], "timestamp": [0, 0]})
    split = split_in_time(impressions_of(frame, RATED, lists=("list",))).with_history(Interactions.from_frame(log))
    levels = Levels.of(split.impressions.labels["rating"])
    assert levels.size == 6
    assert Events.of(split, levels).levels.tolist() == [3, 3]
    assert Events.of(split, Levels()).levels.tolist() == [1, 1]
