"""Parts of a table of impressions."""

import numpy as np
import pandas as pd
import pytest

from tests.impressions import impressions_of, shown
from tfrec_dl.errors import InputError
from tfrec_dl.ranking.data.feedback import Feedback
from tfrec_dl.ranking.data.splits import ImpressionSplit, split_as_given, split_at_random, split_in_time

SPLITS = {"in time": split_in_time, "at random": split_at_random}


def shuffled(seed: int = 0) -> pd.DataFrame:
    """Rows of lists all over the table."""
    return shown(lists=60, seed=seed).sample(frac=1, random_state=seed, ignore_index=True)


def parts(split: ImpressionSplit) -> list[np.ndarray]:
    return [split.train, split.validation, split.test]


@pytest.mark.parametrize("name", SPLITS)
def test_every_row_is_in_one_part_and_no_list_is_torn(name):
    table = impressions_of(shuffled(), lists=("list",))
    found = parts(SPLITS[name](table, 0.2, 0.3))
    assert np.sort(np.concatenate(found)).tolist() == list(range(len(table)))
    lists = [set(table.lists[rows].tolist()) for rows in found]
    assert sum(map(len, lists)) == 60
    assert not (lists[0] & lists[1] or lists[0] & lists[2] or lists[1] & lists[2])
    assert [len(each) for each in lists] == [30, 12, 18]
    assert all((np.diff(rows) > 0).all() for rows in found)


def test_validation_comes_after_training_and_test_after_validation():
    table = impressions_of(shuffled(), lists=("list",))
    split = split_in_time(table)
    train, validation, test = (table.times[rows] for rows in parts(split))
    assert train.max() < validation.min() <= validation.max() < test.min()
    assert split.in_time


def test_lists_at_the_same_time_stay_together_in_the_earlier_part():
    frame = pd.DataFrame({"user_id": "u", "item_id": "i", "timestamp": [0, 1, 2, 2, 3, 4, 4, 4, 5, 6]})
    frame["click"] = [0, 1] * 5
    split = split_in_time(impressions_of(frame), 0.3, 0.3)
    assert frame["timestamp"][split.train].tolist() == [0, 1, 2, 2]
    assert frame["timestamp"][split.validation].tolist() == [3, 4, 4, 4]
    assert frame["timestamp"][split.test].tolist() == [5, 6]


def test_without_times_the_table_is_in_order_of_time():
    frame = shown(lists=10).drop(columns="timestamp")
    split = split_in_time(impressions_of(frame, lists=("list",)), 0.2, 0.3)
    assert split.train.tolist() == list(range(25))
    assert split.test.tolist() == list(range(35, 50))


def test_rows_tested_at_random_depend_on_the_seed_and_not_on_the_validation_share():
    table = impressions_of(shuffled(), lists=("list",))
    drawn = [split_at_random(table, share, 0.2, seed).test.tolist() for share, seed in ((0.1, 0), (0.4, 0), (0.1, 1))]
    assert drawn[0] == drawn[1] != drawn[2]
    assert not split_at_random(table).in_time


def test_all_at_one_time_leaves_parts_empty():
    frame = shown(lists=10).assign(timestamp=5)
    with pytest.raises(InputError, match="the validation part is empty"):
        split_in_time(impressions_of(frame, lists=("list",)))


@pytest.mark.parametrize("name", SPLITS)
@pytest.mark.parametrize(("validation", "test"), [(0, 0.2), (0.1, 1), (0.5, 0.5), (float("nan"), 0.1)])
def test_shares_that_leave_nothing_are_refused(name, validation, test):
    with pytest.raises(InputError, match="share"):
        SPLITS[name](impressions_of(shuffled(), lists=("list",)), validation, test)


@pytest.mark.parametrize("name", SPLITS)
def test_too_few_lists_are_refused(name):
    with pytest.raises(InputError, match="2 lists are too few"):
        SPLITS[name](impressions_of(shown(lists=2), lists=("list",)))


@pytest.mark.parametrize(
    ("part", "times"), [("train", range(0, 70)), ("validation", range(70, 80)), ("test", range(80, 100))]
)
def test_part_without_a_click_is_refused_before_anything_is_trained(part, times):
    frame = pd.DataFrame({"user_id": "u", "item_id": "i", "timestamp": range(100), "click": [0, 1] * 50})
    frame.loc[list(times), "click"] = 0
    with pytest.raises(InputError, match=f"every click of the {part} part is 0: choose another split"):
        split_in_time(impressions_of(frame))


def test_ratings_may_be_all_alike():
    frame = pd.DataFrame({"user_id": "u", "item_id": "i", "timestamp": range(10), "rating": 3})
    assert len(split_in_time(impressions_of(frame, Feedback(rating="rating"))).test) == 2


def test_parts_may_be_given_by_the_table():
    frame = shuffled()
    frame["part"] = np.array(["train", "validation", "test"])[frame["list"] % 3]
    split = split_as_given(impressions_of(frame, lists=("list",), part="part"))
    for number, rows in enumerate(parts(split)):
        assert rows.tolist() == np.flatnonzero(frame["list"] % 3 == number).tolist()
    assert not split.in_time
    with pytest.raises(InputError, match="no column is named that holds the part of each impression"):
        split_as_given(impressions_of(shuffled(), lists=("list",)))
    for change, message in (
        (lambda part: part.replace("test", "tset"), "a part is one of train, validation, test"),
        (
            lambda part: part.where(frame.index > 0, "test" if part[0] != "test" else "train"),
            "the list has another 'part'",
        ),
    ):
        with pytest.raises(InputError, match=message):
            impressions_of(frame.assign(part=change(frame["part"])), lists=("list",), part="part")


@pytest.mark.parametrize("timed", [True, False], ids=["times", "no times"])
def test_given_parts_are_in_time_where_no_user_goes_back(timed):
    """Parts that overlap in time between users still are; a history is one user's."""
    frame = pd.DataFrame({"user_id": list("uuuuvvvv"), "item_id": "i", "click": [0, 1, 0, 1] * 2})
    frame["timestamp"] = [1, 2, 2, 3, 7, 8, 8, 9] if timed else range(8)
    frame["part"] = ["train", "train", "validation", "test"] * 2
    frame = pd.concat([frame, frame.assign(click=1 - frame["click"])]).sort_values("timestamp", kind="stable")
    frame = frame if timed else frame.drop(columns="timestamp")
    assert split_as_given(impressions_of(frame, part="part")).in_time
    turned = frame["part"].replace({"train": "test", "test": "train"})
    assert not split_as_given(impressions_of(frame.assign(part=turned), part="part")).in_time
