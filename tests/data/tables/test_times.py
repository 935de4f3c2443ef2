"""Times keep their order in whatever form they come."""

import numpy as np
import pandas as pd
import pytest

from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.tables.times import checked_times, units_apart
from tfrec_dl.errors import InputError

NANOS = 1_600_000_000_000_000_000 + np.array([400, 100, 0, 300, 200, 10**9])
FORMS = {
    "numbers": lambda nanos: nanos,
    "datetimes": pd.to_datetime,
    "datetimes of a zone": lambda nanos: pd.to_datetime(nanos).tz_localize("UTC").tz_convert("Asia/Tokyo"),
    "text": lambda nanos: [time.isoformat() for time in pd.to_datetime(nanos)],
    "text of a zone": lambda nanos: [f"{time.isoformat()}Z" for time in pd.to_datetime(nanos)],
}


def named(form):
    return pd.DataFrame({"user_id": "u", "item_id": list("ebadcf"), "timestamp": FORMS[form](NANOS)})


def in_order(interactions):
    return "".join(interactions.item_ids[interactions.items[interactions.order]])


@pytest.mark.parametrize("form", FORMS)
def test_nanoseconds_keep_their_order_in_a_frame_in_parquet_and_in_csv(form, tmp_path):
    frame = named(form)
    frame.to_csv(tmp_path / "log.csv", index=False)
    frame.to_parquet(tmp_path / "log.parquet")
    read = [Interactions.read(tmp_path / name) for name in ("log.csv", "log.parquet")]
    assert [in_order(found) for found in (Interactions.from_frame(frame), *read)] == ["abcdef"] * 3


@pytest.mark.parametrize("form", FORMS)
def test_pieces_that_are_read_apart_sort_together(form):
    """Each row alone, as a whole second, microseconds or nanoseconds; numbers as int64."""
    rows = named(form)["timestamp"]
    parts = [checked_times(rows[row : row + 1], "t", str).parts() for row in range(len(rows))]
    order = np.lexsort([[float(fraction[0]) for _, fraction in parts], [int(whole[0]) for whole, _ in parts]])
    assert order.tolist() == np.argsort(NANOS).tolist()


def test_dates_beyond_nanoseconds_keep_their_microseconds():
    times = np.array(["9000-01-01T00:00:00.000002", "9000-01-01T00:00:00.000001"], "datetime64[us]")
    assert checked_times(pd.Series(times), "t", str).values.argsort().tolist() == [1, 0]


@pytest.mark.parametrize(
    ("times", "words"),
    [
        (["1600000000", "1600000001", "2020-01-01"], "row 3: the time is a datetime among numbers, got '2020-01-01'"),
        (["2001", "2020-01-01", "2020-01-02"], "row 1: the time is a number among datetimes, got '2001'"),
        (["2024-05-01", 5, "2024-05-02"], "row 2: the time is a number among datetimes, got 5"),
        (["2024-05-01", 5, "soon"], "row 3: the time is neither a number nor an ISO 8601 datetime, got 'soon'"),
    ],
)
def test_numbers_among_datetimes_are_refused_with_the_value_that_stands_there(times, words):
    with pytest.raises(InputError, match="column 't', ") as caught:
        checked_times(pd.Series(times, dtype=object), "t", lambda row: f"row {row + 1}")
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("one", "other", "times"), [(1.6e9, 1.61e12, 1000), (1.7e18, 1.6e9, 10**9), (1.5e9, 1.7e9, 0), (0, 5, 0)]
)
def test_units_apart(one, other, times):
    assert units_apart(one, other) == times
