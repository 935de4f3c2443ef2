"""Tables of impressions, checked."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.impressions import CLICKS, shown
from tfrec_dl.errors import InputError
from tfrec_dl.ranking.data.columns import ImpressionColumns
from tfrec_dl.ranking.data.feedback import Feedback
from tfrec_dl.ranking.data.impressions import Impressions

TABLE = pd.DataFrame(
    {
        "user_id": ["007", "7", "007", "7"],
        "item_id": ["a", "b", "b", "01"],
        "timestamp": [30, 10, 30, 10],
        "session": ["s", "s", "s", "s"],
        "step": [1, 2, 1, 2],
        "price": [9.5, np.nan, 3, 4],
        "device": ["phone", "desk", "phone", None],
        "click": [1, 0, 0, 1],
    }
)
LISTS = ImpressionColumns(lists=("session", "step"), context={"price": "number", "device": "category"})


def written(folder: Path, kind: str) -> Path:
    path = folder / f"table.{kind}"
    if kind == "parquet":
        TABLE.to_parquet(path)
    elif kind == "csv":
        TABLE.to_csv(path, index=False)
    else:
        path.write_bytes(gzip.compress(TABLE.to_csv(index=False).encode()))
    return path


def assert_is_the_table(found: Impressions) -> None:
    assert len(found) == 4
    assert found.user_ids[found.users].tolist() == ["007", "7", "007", "7"]
    assert found.item_ids[found.items].tolist() == ["a", "b", "b", "01"]
    assert found.lists.tolist() == [0, 1, 0, 1]
    assert found.times.tolist() == [30, 10, 30, 10]
    assert found.labels["click"].tolist() == [1, 0, 0, 1]
    assert found.context.kinds == {"price": "number", "device": "category"}
    np.testing.assert_array_equal(found.context.columns["price"], np.array([9.5, np.nan, 3, 4], np.float32))
    assert found.context.columns["device"].tolist() == ["phone", "desk", "phone", ""]


def test_frame_of_any_index_is_read():
    assert_is_the_table(Impressions.from_frame(TABLE.set_axis([5, 5, 3, 1]), CLICKS, LISTS))


@pytest.mark.parametrize("kind", ["csv", "csv.gz", "parquet"])
def test_files_of_all_formats_are_read_alike(tmp_path, kind):
    found = Impressions.read(written(tmp_path, kind), CLICKS, LISTS)
    assert_is_the_table(found)
    assert found.fingerprint() == Impressions.from_frame(TABLE, CLICKS, LISTS).fingerprint()


def test_lists_of_a_file_are_told_apart_by_their_text(tmp_path):
    """Read as numbers, the first two are the same, and so are the last two."""
    path = tmp_path / "lists.csv"
    names = ["07", "7", "123456789012345678901234", "123456789012345678901235"]
    pd.DataFrame({"user_id": "u", "item_id": "i", "list": names, "click": [0, 1, 0, 1]}).to_csv(path, index=False)
    columns = ImpressionColumns(lists=("list",))
    assert Impressions.read(path, CLICKS, columns).lists.tolist() == [0, 1, 2, 3]


def test_column_of_lists_may_be_a_number_of_the_context_too(tmp_path):
    path = written(tmp_path, "csv")
    columns = ImpressionColumns(lists=("session", "step"), context={"step": "number", "price": "ignore"})
    found = Impressions.read(path, CLICKS, columns)
    assert found.lists.tolist() == [0, 1, 0, 1]
    assert found.context.columns["step"].tolist() == [1, 2, 1, 2]
    assert "price" not in found.context.kinds


def test_user_and_time_may_name_the_list(tmp_path):
    columns = ImpressionColumns(lists=("user_id", "timestamp"))
    found = Impressions.read(written(tmp_path, "csv"), CLICKS, columns)
    assert found.lists.tolist() == [0, 1, 0, 1]
    assert found.times.tolist() == [30, 10, 30, 10]


def test_without_lists_every_row_is_its_own():
    assert Impressions.from_frame(TABLE, CLICKS).lists.tolist() == [0, 1, 2, 3]


def test_without_a_column_of_times_there_are_none():
    assert Impressions.from_frame(TABLE.drop(columns="timestamp"), CLICKS, LISTS).times is None


def test_times_may_be_dates():
    frame = TABLE.assign(timestamp=pd.to_datetime(TABLE["timestamp"], unit="s"))
    assert Impressions.from_frame(frame, CLICKS, LISTS).times.tolist() == [30, 10, 30, 10]


def test_positions_are_kept_apart_from_the_context():
    columns = ImpressionColumns(lists=("session", "step"), position="place")
    found = Impressions.from_frame(TABLE.assign(place=[1, 1, 2, 2]), CLICKS, columns)
    assert found.positions.tolist() == [1, 1, 2, 2]
    assert "place" not in found.context.kinds
    as_feature = ImpressionColumns(lists=("session", "step"), context={"place": "number"})
    assert Impressions.from_frame(TABLE.assign(place=[1, 1, 2, 2]), CLICKS, as_feature).positions is None


def test_table_without_further_columns_has_no_context():
    assert Impressions.from_frame(TABLE[["user_id", "item_id", "click"]], CLICKS).context is None


def test_labels_are_no_features():
    feedback = Feedback(click="price", like=5, weight="price")
    found = Impressions.from_frame(TABLE.assign(price=[1, 9, 3, 4]), feedback, LISTS.__class__())
    assert "price" not in found.context.kinds


def test_label_may_be_called_to_be_ignored_as_a_feature(tmp_path):
    """It is no feature anyway."""
    columns = ImpressionColumns(context={"click": "ignore"})
    found = Impressions.read(written(tmp_path, "csv"), CLICKS, columns)
    assert found.labels["click"].tolist() == [1, 0, 0, 1]


def test_rows_that_say_nothing_are_left_out_and_lists_numbered_anew():
    frame = TABLE.assign(stars=[3, 5, 3, 1])
    feedback = Feedback(click="stars", like=4, dislike=2)
    found = Impressions.from_frame(frame, feedback, LISTS)
    assert len(found) == 2
    assert found.lists.tolist() == [0, 0]
    assert found.user_ids[found.users].tolist() == ["7", "7"]
    assert found.context.columns["device"].tolist() == ["desk", ""]
    assert found.weights.tolist() == [1, 1]


def test_selected_rows_keep_all_that_is_theirs():
    frame = shown(lists=6)
    columns = ImpressionColumns(lists=("list",), position="position")
    whole = Impressions.from_frame(frame, Feedback(click="click", conversion="order", weight="rating"), columns)
    rows = np.array([25, 3, 26, 0])
    part = whole.select(rows)
    assert part.lists.tolist() == [0, 1, 0, 1]
    assert part.user_ids[part.users].tolist() == frame["user_id"][rows].tolist()
    assert part.item_ids[part.items].tolist() == frame["item_id"][rows].tolist()
    for values, column in (
        (part.times, "timestamp"),
        (part.positions, "position"),
        (part.weights, "rating"),
        (part.labels["click"], "click"),
        (part.labels["conversion"], "order"),
        (part.context.columns["price"], "price"),
    ):
        assert values.tolist() == frame[column][rows].tolist()
    masked = whole.select(np.isin(np.arange(30), rows))
    assert masked.item_ids[masked.items].tolist() == frame["item_id"][np.sort(rows)].tolist()


CHANGES = {
    "user_id": ["007", "8", "007", "8"],
    "item_id": ["a", "b", "b", "c"],
    "timestamp": [30, 11, 30, 11],
    "step": [1, 2, 3, 2],
    "price": [9.5, 0, 3, 4],
    "device": ["phone", "desk", "desk", None],
    "click": [1, 1, 0, 1],
}


@pytest.mark.parametrize("column", CHANGES)
def test_fingerprint_changes_with_every_column(column):
    before = Impressions.from_frame(TABLE, CLICKS, LISTS).fingerprint()
    assert len(before) == 64
    changed = TABLE.assign(**{column: CHANGES[column]})
    assert Impressions.from_frame(changed, CLICKS, LISTS).fingerprint() != before


@pytest.mark.parametrize(
    ("change", "columns", "message"),
    [
        ({"user_id": ["u", "v", "w", "v"]}, LISTS, "column 'user_id', row 3: the list has another 'user_id' in an"),
        ({"timestamp": [1, 2, 3, 2]}, LISTS, "column 'timestamp', row 3: the list has another 'timestamp'"),
        ({"step": [1, 2, None, 2]}, LISTS, "column 'step', row 3: the list is missing"),
        ({"user_id": ["u", None, "u", "u"]}, LISTS, "column 'user_id', row 2: the id is missing"),
        ({"item_id": ["u", "", "u", "u"]}, LISTS, "column 'item_id', row 2: the id is an empty string"),
        ({"price": ["1", "2", "cheap", "3"]}, LISTS, "column 'price', row 3"),
        ({"step": [0, 1, -1, 2]}, ImpressionColumns(position="step"), "'step', row 3: a position is a whole number"),
        ({"step": [0, 1, 1.5, 2]}, ImpressionColumns(position="step"), "got 1.5"),
        ({"step": [0, 1, 10_000, 2]}, ImpressionColumns(position="step"), "from 0 to 9,999, got 10000"),
        ({}, ImpressionColumns(user="user"), "no column 'user' in the table: did you mean 'user_id'?"),
        ({}, ImpressionColumns(lists=("sesion",)), "no column 'sesion' in the table: did you mean 'session'?"),
        ({}, ImpressionColumns(context={"prise": "number"}), "no column 'prise' in the table: did you mean 'price'?"),
        ({}, ImpressionColumns(context={"price": "numeric"}), "of column 'price' is 'numeric': did you mean 'number'?"),
        (
            {},
            ImpressionColumns(context={"click": "number"}),
            "'click' is an outcome of the impression, so it",
        ),
        ({}, ImpressionColumns(context={"device": "image"}), "column 'device' holds pictures: give them in the table"),
    ],
    ids=str,
)
def test_wrong_table_is_one_clear_line(change, columns, message):
    with pytest.raises(InputError) as refused:
        Impressions.from_frame(TABLE.assign(**change), CLICKS, columns)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_lines_of_a_file_are_counted_with_its_header(tmp_path):
    TABLE.assign(click=[1, 0, 5, 1]).to_csv(tmp_path / "table.csv", index=False)
    with pytest.raises(InputError, match="column 'click', line 4: the value is neither 0 nor 1, got 5"):
        Impressions.read(tmp_path / "table.csv", CLICKS, LISTS)


def test_no_table_an_empty_one_and_one_with_a_name_twice_are_refused():
    with pytest.raises(InputError, match="the table is of type list: pass a pandas DataFrame"):
        Impressions.from_frame([], CLICKS)
    with pytest.raises(InputError, match="the table holds no impressions"):
        Impressions.from_frame(TABLE[:0], CLICKS, LISTS)
    twice = TABLE.set_axis(["price" if name == "device" else name for name in TABLE.columns], axis=1)
    with pytest.raises(InputError, match="column 'price' occurs 2 times in the table: rename all but one"):
        Impressions.from_frame(twice, CLICKS)


def test_names_that_are_given_wrongly_are_refused():
    with pytest.raises(InputError, match="lists is 'session': give several names, or one as"):
        ImpressionColumns(lists="session")
    with pytest.raises(InputError, match="column 'id' is named as both user and item"):
        ImpressionColumns(user="id", item="id")
