"""A table is read alike whole, as `train` does, and in pieces, as `prepare` does: refused, or taken as the same."""

import itertools

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.prepared.inputs import InputFile, common_columns, common_time_kind
from tfrec_dl.data.prepared.pieces import checked, pieces
from tfrec_dl.data.tables.columns import Columns
from tfrec_dl.errors import InputError

VALUES = {
    "user_id": ["7", "007", "a,b", 'q"q', "Ω", " x", "1.0", "1e3", "NA"],
    "item_id": ["i", "j", "k", "12", "012", "5.0", "x\ny"],
    "timestamp": ["3", "1.5", "-2", "1600000000", "1e3", "2020-01-01", "2020-01-01T00:00:00.123456789Z", "2001"],
    "rating": ["1", "4.5", "-3", "0", "True", "1e30"],
    "weight": ["1", "0.5", "0", "false", "2e-3"],
}
WRONG = {
    "user_id": ["", None],
    "item_id": ["", None],
    "timestamp": ["", "noon", "inf", "nan", "1e400", "31.12.2020"],
    "rating": ["", "good", "nan", "1e400", "-inf"],
    "weight": ["", "-1", "much", "inf", "1e39"],
}


def drawn_table(draw: np.random.Generator) -> pd.DataFrame:
    """Columns of a few values each, so that many have one type; now and then with one that is wrong."""
    rows = int(draw.integers(3, 15))
    columns = ["user_id", "item_id", *(name for name in ("timestamp", "rating", "weight") if draw.random() < 0.6)]
    frame = pd.DataFrame(
        {name: draw.choice(draw.choice(VALUES[name], draw.integers(1, 4)), rows) for name in columns}, dtype=object
    )
    if draw.random() < 0.3:
        name = draw.choice(columns)
        frame.loc[draw.integers(rows), name] = WRONG[name][draw.integers(len(WRONG[name]))]
    return frame


def whole(path):
    """What the rows are, or None where they are refused."""
    try:
        found = Interactions.read(path)
    except InputError:
        return None
    order = None if found.times is None else found.times.argsort(kind="stable").tolist()
    weights = None if found.weights is None else found.weights.tolist()
    return found.user_ids[found.users].tolist(), found.item_ids[found.items].tolist(), order, weights


def in_pieces(path, size):
    """The same, read in pieces."""
    try:
        file = InputFile.of(path)
        columns = common_columns([file], Columns())
        kind = common_time_kind([file], columns)
        columns = columns.resolve(file.table.header)
        starts = itertools.count(0, size)
        found = [
            checked(file.table, piece, columns, start, kind)
            for piece, start in zip(pieces(file.table, columns, size), starts, strict=False)
        ]
    except InputError:
        return None
    rows = {name: [value for part in found for value in part[name].to_pylist()] for name in found[0].column_names}
    order = None if columns.time is None else np.lexsort([rows["fraction"], rows["whole"]]).tolist()
    if "weight" in rows and not any(rows["weight"]):
        return None  # refused when all pieces are there
    return rows["user"], rows["item"], order, rows.get("weight")


@pytest.mark.parametrize("name", ["table.csv", "table.parquet"])
@pytest.mark.parametrize("seed", range(40))
def test_what_is_taken_whole_is_taken_in_pieces_and_is_the_same(tmp_path, seed, name):
    frame = drawn_table(np.random.default_rng(seed))
    if name.endswith("csv"):
        frame.to_csv(tmp_path / name, index=False)
    else:
        frame.to_parquet(tmp_path / name, row_group_size=4)
    expected = whole(tmp_path / name)
    for size in (1, 3, 100):
        assert in_pieces(tmp_path / name, size) == expected


def test_about_half_of_the_tables_that_are_drawn_are_taken(tmp_path):
    taken = 0
    for seed in range(40):
        drawn_table(np.random.default_rng(seed)).to_csv(tmp_path / "table.csv", index=False)
        taken += whole(tmp_path / "table.csv") is not None
    assert 10 <= taken <= 30


@pytest.mark.parametrize("column", ["user_id", "item_id"])
@pytest.mark.parametrize("bad", [b"\xff", b"\xed\xa0\x80"], ids=["no text", "half a surrogate"])
@pytest.mark.parametrize("large", [False, True])
def test_parquet_that_is_not_utf8_is_refused_with_its_row(tmp_path, column, bad, large):
    raw = pa.array([b"a", b"b", bad], pa.large_binary() if large else pa.binary())
    texts = pa.Array.from_buffers(pa.large_string() if large else pa.string(), 3, raw.buffers())
    table = pa.table({"user_id": ["u"] * 3, "item_id": ["i"] * 3})
    table = table.set_column(table.column_names.index(column), column, texts)
    pyarrow.parquet.write_table(table, tmp_path / "table.parquet")
    file = InputFile.of(tmp_path / "table.parquet")
    with pytest.raises(InputError) as caught:
        Interactions.read(tmp_path / "table.parquet")
    assert str(caught.value).startswith(f"column '{column}', row 3, got {bad}: not UTF-8 text")
    for size in (1, 2, 3):
        with pytest.raises(InputError) as caught:
            [checked(file.table, piece, Columns(), 0, "") for piece in pieces(file.table, Columns(), size)]
        assert f"got {bad}: not UTF-8 text" in str(caught.value)
