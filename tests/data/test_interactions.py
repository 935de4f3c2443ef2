import datetime
import math

import numpy as np
import pandas as pd
import pytest

from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.tables.columns import Columns
from tfrec_dl.errors import InputError


def table(**columns):
    """Three rows; the columns given replace the sound ones."""
    return pd.DataFrame({"user_id": ["a", "b", "a"], "item_id": ["x", "y", "z"], **columns})


def refused(frame, *args, **kwargs):
    """The message of the InputError that the frame raises."""
    with pytest.raises(InputError) as caught:
        Interactions.from_frame(frame, *args, **kwargs)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_ids_are_numbered_by_first_appearance_and_rows_keep_their_order():
    frame = pd.DataFrame({"user_id": ["b", "a", "b"], "item_id": ["y", "y", "x"], "timestamp": [3, 1, 2]})
    interactions = Interactions.from_frame(frame)
    assert interactions.user_ids.tolist() == ["b", "a"]
    assert interactions.item_ids.tolist() == ["y", "x"]
    assert interactions.users.tolist() == [0, 1, 0]
    assert interactions.items.tolist() == [0, 0, 1]
    assert interactions.times.tolist() == [3, 1, 2]
    assert (interactions.users.dtype, interactions.items.dtype, interactions.times.dtype) == (
        np.int32,
        np.int32,
        np.int64,
    )
    assert interactions.ratings is None
    assert interactions.weights is None
    assert len(interactions) == 3


def test_the_index_of_the_frame_plays_no_part():
    frame = table(timestamp=[1, 2, 3])
    shuffled = frame.set_axis([7, 7, 0])
    assert Interactions.from_frame(shuffled).fingerprint() == Interactions.from_frame(frame).fingerprint()


def test_order_is_by_user_then_time_and_ties_keep_the_table_order():
    frame = pd.DataFrame({"user_id": list("abaabb"), "item_id": list("uvwxyz"), "timestamp": [5, 2, 1, 1, 2, 0]})
    interactions = Interactions.from_frame(frame)
    assert frame["item_id"][interactions.order].tolist() == ["w", "x", "u", "z", "v", "y"]


def test_order_without_times_is_the_table_order_of_each_user():
    interactions = Interactions.from_frame(pd.DataFrame({"user_id": list("bab"), "item_id": list("xyz")}))
    assert interactions.order.tolist() == [0, 2, 1]


class TestIds:
    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            (["007", "7", "007"], ["007", "7"]),
            (["a,b", 'q"q', "☕\n\t"], ["a,b", 'q"q', "☕\n\t"]),
            (["x" * 10_000, " ", "Ω"], ["x" * 10_000, " ", "Ω"]),
            ([3, -1, 3], ["3", "-1"]),
            ([1.0, 2.0, 1.0], ["1", "2"]),
            (np.array([2**53 + 1, 2**53, 5]), ["9007199254740993", "9007199254740992", "5"]),
            (pd.array([1, 2, 1], dtype="Int64"), ["1", "2"]),
            (pd.array(["p", "q", "p"], dtype="string"), ["p", "q"]),
            (pd.Categorical(["q", "p", "q"]), ["q", "p"]),
            (pd.Series([1, "1", 2.0], dtype=object), ["1", "2"]),
        ],
        ids=lambda value: str(value)[:20],
    )
    def test_text_stays_and_integers_become_decimal_strings(self, given, expected):
        interactions = Interactions.from_frame(table(user_id=given))
        assert interactions.user_ids.tolist() == expected
        assert all(type(user) is str for user in interactions.user_ids)

    @pytest.mark.parametrize(
        ("bad", "words"),
        [
            (["a", None, "a"], "row 2: the id is missing"),
            ([1.0, 2.0, math.nan], "row 3: the id is missing"),
            (pd.array([1, None, 2], dtype="Int64"), "row 2: the id is missing"),
            (pd.Categorical(["a", "b", None]), "row 3: the id is missing"),
            (["a", "b", ""], "row 3: the id is an empty string"),
            ([1.0, 2.5, 3.0], "row 2: the id 2.5 is a float without an exact integer value"),
            ([1.0, 1e17, 3.0], "row 2: the id 1e+17 is a float without"),
            ([1.0, 2.0, math.inf], "row 3: the id inf is a float without"),
            ([True, False, True], "the id True is of type bool"),
            (["a", b"\xff", "b"], "row 2: the id b'\\xff' is not UTF-8"),
            (pd.to_datetime(["2020-01-01"] * 3), "is of type Timestamp"),
            ([["a"], ["b"], ["a"]], "holds ids such as ['a']"),
            (pd.Series(["a", "\ud800", "b"], dtype=object), "row 2: the id '\\ud800' is not valid Unicode"),
        ],
        ids=lambda value: str(value)[:20],
    )
    @pytest.mark.parametrize("column", ["user_id", "item_id"])
    def test_a_bad_id_is_refused_with_column_row_and_value(self, column, bad, words):
        message = refused(table(**{column: bad}))
        assert f"column '{column}'" in message
        assert words in message

    def test_the_number_of_bad_rows_is_told(self):
        assert "row 1 (and in 2 more): the id is missing" in refused(table(user_id=[None, None, None]))


class TestTimes:
    @pytest.mark.parametrize(
        ("given", "expected", "dtype"),
        [
            ([3, 1, 2], [3, 1, 2], np.int64),
            ([1.5, -1.0, 0.0], [1.5, -1.0, 0.0], np.float64),
            (pd.to_datetime([86400, 7, -86400], unit="s"), [86400, 7, -86400], np.int64),
            (pd.to_datetime([250, 500, 1000], unit="ms"), [0.25, 0.5, 1.0], np.float64),
            (pd.date_range("1970-01-01", periods=3, tz="Asia/Tokyo"), [-32400, 54000, 140400], np.int64),
            (["1970-01-01", "1970-01-01T00:00:09Z", "1970-01-01 01:00+01:00"], [0, 9, 0], np.int64),
            ([datetime.date(1970, 1, day) for day in (1, 2, 3)], [0, 86400, 172800], np.int64),
            (["3", "1", "2"], [3, 1, 2], np.int64),
            (pd.array([3, 1, 2], dtype="Int64"), [3, 1, 2], np.int64),
            (pd.Categorical(["1970-01-02", "1970-01-01", "1970-01-02"]), [86400, 0, 86400], np.int64),
        ],
        ids=lambda value: str(value)[:20],
    )
    def test_numbers_stay_and_datetimes_become_seconds(self, given, expected, dtype):
        times = Interactions.from_frame(table(timestamp=given)).times
        assert times.tolist() == expected
        assert times.dtype == dtype

    @pytest.mark.parametrize(
        ("bad", "words"),
        [
            ([1.0, math.nan, 2.0], "row 2: the time is missing, got nan"),
            ([1.0, 2.0, -math.inf], "row 3: the time is infinite, got -inf"),
            (pd.to_datetime(["2020-01-01", None, None]), "row 2 (and in 1 more): the time is missing"),
            (["1", "noon", "2"], "row 2: the time is neither a number nor an ISO 8601 datetime, got 'noon'"),
            (["2020-01-01", "2020-01-02", "31.12.2020"], "row 3: the time is neither"),
            ([[1], [2], [3]], "row 1 (and in 2 more): the time is neither"),
            ([True, False, True], "holds bool values such as True"),
            (pd.to_timedelta([1, 2, 3], unit="s"), "holds timedelta64"),
        ],
        ids=lambda value: str(value)[:20],
    )
    def test_a_bad_time_is_refused_with_column_row_and_value(self, bad, words):
        message = refused(table(when=bad), Columns(time="when"))
        assert "column 'when'" in message
        assert words in message


class TestRatingsAndWeights:
    def test_they_become_float32(self):
        interactions = Interactions.from_frame(table(rating=[1, -2, 3], weight=["0", "0.5", "2"]))
        assert interactions.ratings.tolist() == [1, -2, 3]
        assert interactions.weights.tolist() == [0, 0.5, 2]
        assert interactions.ratings.dtype == interactions.weights.dtype == np.float32

    @pytest.mark.parametrize("given", [[True, False, True], ["True", "False", "TRUE"], ["true", "0", " true "]])
    def test_truth_values_are_one_and_zero(self, given):
        assert Interactions.from_frame(table(weight=given)).weights.tolist() == [1, 0, 1]

    def test_weights_that_are_all_0_are_refused(self):
        assert "column 'weight' is 0 in every row" in refused(table(weight=[0, 0, 0]))

    @pytest.mark.parametrize("column", ["rating", "weight"])
    @pytest.mark.parametrize(
        ("bad", "words"),
        [
            ([1.0, math.nan, 2.0], "row 2: the {} is missing"),
            ([1.0, 2.0, math.inf], "row 3: the {} is infinite"),
            ([1.0, 2.0, 1e39], "row 3: the {} is infinite or too large, got 1e+39"),
            (["1", "good", "2"], "row 2: the {} is not a number, got 'good'"),
            (pd.to_datetime(["2020-01-01"] * 3), "a {} is a number"),
        ],
        ids=lambda value: str(value)[:20],
    )
    def test_a_bad_number_is_refused_with_column_row_and_value(self, column, bad, words):
        message = refused(table(**{column: bad}))
        assert f"column '{column}'" in message
        assert words.format(column) in message

    def test_a_negative_weight_is_refused(self):
        assert "column 'weight', row 2: the weight is negative, got -1" in refused(table(weight=[1, -1, 0]))


class TestColumns:
    def test_named_columns_are_read(self):
        frame = pd.DataFrame({"u": [1], "i": [2], "t": [3], "stars": [4], "w": [5], "timestamp": ["ignored"]})
        interactions = Interactions.from_frame(frame, Columns(user="u", item="i", time="t", rating="stars", weight="w"))
        assert (interactions.times[0], interactions.ratings[0], interactions.weights[0]) == (3, 4, 5)

    def test_a_column_that_plays_a_named_part_plays_no_default_one(self):
        interactions = Interactions.from_frame(table(rating=[1, 2, 3]), Columns(weight="rating"))
        assert interactions.weights.tolist() == [1, 2, 3]
        assert interactions.ratings is None

    def test_an_unknown_column_suggests_the_nearest_name(self):
        frame = table().rename(columns={"user_id": "userId"})
        assert refused(frame) == "no column 'user_id' in the table: did you mean 'userId'?"

    def test_an_unknown_column_with_no_near_name_lists_the_columns(self):
        frame = table().rename(columns={"user_id": "kunde"})
        assert refused(frame) == "no column 'user_id' in the table: it has 'kunde', 'item_id'"

    def test_a_named_optional_column_must_exist(self):
        assert "no column 'tme' in the table: did you mean 'time'?" in refused(
            table(time=[1, 2, 3]), Columns(time="tme")
        )

    def test_one_column_cannot_play_two_parts(self):
        with pytest.raises(InputError, match="column 'id' is named as both user and item"):
            Columns(user="id", item="id")

    def test_a_column_that_occurs_twice_is_refused(self):
        frame = pd.concat([table(), table()[["item_id"]]], axis=1)
        assert "column 'item_id' occurs 2 times" in refused(frame)

    def test_an_empty_table_is_refused(self):
        assert "holds no interactions" in refused(table().iloc[:0])
        assert "it has no columns" in refused(pd.DataFrame())

    def test_something_else_than_a_frame_is_refused(self):
        assert "of type list: pass a pandas DataFrame" in refused([("a", "x")])


class TestDuplicates:
    # a meets x at times 5, 1, 5 and 1; the table is not sorted.
    frame = pd.DataFrame(
        {"user_id": list("aabaa"), "item_id": list("xxxxx"), "timestamp": [5, 1, 3, 5, 1], "rating": [1, 2, 3, 4, 5]}
    )

    @pytest.mark.parametrize(("policy", "ratings"), [("keep", [1, 2, 3, 4, 5]), ("first", [2, 3]), ("last", [3, 4])])
    def test_the_first_or_last_in_time_is_kept(self, policy, ratings):
        assert Interactions.from_frame(self.frame, duplicates=policy).ratings.tolist() == ratings

    @pytest.mark.parametrize(("policy", "ratings"), [("first", [1, 3]), ("last", [3, 5])])
    def test_without_times_the_table_order_decides(self, policy, ratings):
        frame = self.frame.drop(columns="timestamp")
        assert Interactions.from_frame(frame, duplicates=policy).ratings.tolist() == ratings

    def test_they_can_be_an_error(self):
        frame = pd.DataFrame({"user_id": ["a", "b", "a"], "item_id": ["x", "x", "x"]})
        assert "row 3 repeats user 'a' with item 'x'" in refused(frame, duplicates="error")
        assert len(Interactions.from_frame(frame.iloc[:2], duplicates="error")) == 2

    def test_an_unknown_policy_is_refused(self):
        assert "duplicates is 'drop': use 'keep', 'first', 'last' or 'error'" in refused(self.frame, duplicates="drop")


class TestSelect:
    interactions = Interactions.from_frame(table(timestamp=[1, 2, 3], rating=[4, 5, 6], weight=[7, 8, 9]))

    def test_a_mask_keeps_only_the_ids_that_occur(self):
        selected = self.interactions.select(np.array([False, True, False]))
        assert (selected.user_ids.tolist(), selected.item_ids.tolist()) == (["b"], ["y"])
        assert (selected.users.tolist(), selected.items.tolist()) == ([0], [0])
        assert (selected.times.tolist(), selected.ratings.tolist(), selected.weights.tolist()) == ([2], [5], [8])

    def test_row_numbers_set_the_order(self):
        selected = self.interactions.select(np.array([2, 1]))
        assert selected.user_ids[selected.users].tolist() == ["a", "b"]
        assert selected.item_ids[selected.items].tolist() == ["z", "y"]

    def test_nothing_selected_is_empty(self):
        assert len(self.interactions.select(np.zeros(3, dtype=bool))) == 0


class TestFingerprint:
    frame = table(timestamp=[1, 2, 3], rating=[4, 5, 6], weight=[7, 8, 9])

    def test_the_same_table_has_the_same_one(self):
        first, second = (Interactions.from_frame(self.frame.copy()).fingerprint() for _ in range(2))
        assert first == second
        assert len(first) == 64

    @pytest.mark.parametrize(
        "change",
        [
            {"user_id": ["a", "b", "c"]},
            {"item_id": ["x", "y", "Z"]},
            {"timestamp": [1, 2, 4]},
            {"rating": [4, 5, 7]},
            {"weight": [7, 8, 8]},
        ],
        ids=lambda change: next(iter(change)),
    )
    def test_any_change_changes_it(self, change):
        original = Interactions.from_frame(self.frame).fingerprint()
        assert Interactions.from_frame(self.frame.assign(**change)).fingerprint() != original

    def test_moving_a_letter_from_one_id_to_the_next_changes_it(self):
        frames = [pd.DataFrame({"user_id": users, "item_id": ["x", "x"]}) for users in (["ab", "c"], ["a", "bc"])]
        assert len({Interactions.from_frame(frame).fingerprint() for frame in frames}) == 2
