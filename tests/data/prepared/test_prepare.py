"""A prepared folder against the same table in memory."""

import gzip

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from tests.data.prepared.shard_reading import bytes_of, histories_of, records_of
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.prepared import partition, pieces
from tfrec_dl.data.prepared.configuration import PrepareConfig
from tfrec_dl.data.prepared.folder import PreparedFolder
from tfrec_dl.data.prepared.prepare import prepare
from tfrec_dl.data.splits.leave_last_out import leave_last_out
from tfrec_dl.errors import InputError


def rows_of(histories):
    return {user: histories.row(row).tolist() for row, user in enumerate(histories.user_ids)}


def check_equal(folder, split):
    """Vocabulary, histories and cases are those of the split in memory."""
    np.testing.assert_array_equal(folder.vocabulary.ids, split.vocabulary.ids)
    np.testing.assert_array_equal(folder.vocabulary.counts, split.vocabulary.counts)
    assert {user: items for user, items in histories_of(folder.path).items() if items} == rows_of(split.train)
    for found, expected in zip(folder.cases(), (split.validation, split.test), strict=True):
        assert rows_of(found.histories) == rows_of(expected.histories)
        assert rows_of(found.targets) == rows_of(expected.targets)


def test_vocabulary_histories_and_cases_are_those_of_the_table_in_memory(folder, split):
    check_equal(folder, split)


@pytest.mark.parametrize("min_count", [2, 12])
def test_rare_items_are_unknown_as_they_are_in_memory(path, tmp_path, min_count):
    folder = prepare(PrepareConfig((str(path),), min_count=min_count), tmp_path / "out")
    check_equal(folder, leave_last_out(Interactions.read(path), min_count))
    assert folder.manifest["counts"]["dropped"] > 0


@pytest.mark.parametrize("kept", ["first", "last"])
def test_repeated_pairs_are_left_out_as_they_are_in_memory(path, table, tmp_path, kept):
    folder = prepare(PrepareConfig((str(path),), duplicates=kept), tmp_path / "out")
    check_equal(folder, leave_last_out(Interactions.read(path, duplicates=kept)))
    pairs = len(table.drop_duplicates(["user_id", "item_id"]))
    assert folder.size["interactions"] == pairs
    assert folder.manifest["counts"]["repeated"] == len(table) - pairs > 0


def test_repeated_pairs_can_be_an_error_and_nothing_is_left(path, table, tmp_path):
    out = tmp_path / "out"
    with pytest.raises(InputError, match="has item .* more than once: choose duplicates='keep', 'first' or 'last'"):
        prepare(PrepareConfig((str(path),), duplicates="error"), out)
    assert not out.exists() or not [*out.iterdir()]
    once = tmp_path / "once.csv"
    table.drop_duplicates(["user_id", "item_id"]).to_csv(once, index=False)
    assert prepare(PrepareConfig((str(once),), duplicates="error"), out).manifest["counts"]["repeated"] == 0


def test_every_row_is_somewhere_and_the_manifest_says_where(folder, table):
    records, counts = records_of(folder.path), folder.manifest["counts"]
    trained = sum(len(record.get("items", [])) for record in records)
    validation, test = (sum(len(record.get(part, [])) for record in records) for part in ("validation", "test"))
    assert (counts["trained"], counts["validation"], counts["test"]) == (trained, validation, test)
    assert counts["read"] == len(table) == trained + validation + test
    assert counts["dropped"] == 0
    assert folder.size == {
        "interactions": len(table),
        "users": table["user_id"].nunique(),
        "items": table["item_id"].nunique(),
        "items_in_vocabulary": len(folder.vocabulary.ids),
    }
    assert len(records) == table["user_id"].nunique()
    assert [shard["users"] for shard in folder.manifest["shards"]] == [len([*_records(path)]) for path in folder.shards]


def _records(path):
    import tensorflow as tf

    return tf.data.TFRecordDataset(str(path)).as_numpy_iterator()


def test_records_hold_what_followed(folder, split):
    """So that a user who was not drawn can be tested on too."""
    wanted = rows_of(split.test.targets)
    assert {r["user_id"][0].decode(): r["test"] for r in records_of(folder.path) if "test" in r} == wanted


def test_another_format_is_refused(folder, tmp_path):
    (tmp_path / "prepared.json").write_text('{"format": 2}')
    with pytest.raises(InputError, match="is in format 2, and this version reads 1"):
        PreparedFolder.open(tmp_path)


def test_nothing_of_the_work_is_left(folder):
    names = {path.name for path in folder.path.iterdir()}
    assert names == {
        "shards",
        "interactions",
        "vocabulary.txt",
        "evaluation.parquet",
        "lengths.parquet",
        "prepared.json",
    }
    assert len(list((folder.path / "shards").iterdir())) == 5


def write_parts(table, folder):
    """The table in four files of four kinds, whose names have its order."""
    cuts = np.array_split(np.arange(len(table)), 4)
    first, second, third, fourth = (table.iloc[rows] for rows in cuts)
    (folder / "deep").mkdir(parents=True)
    first.to_csv(folder / "1.csv", index=False)
    second.to_csv(folder / "2.csv.gz", index=False)
    third.to_csv(folder / "3.tsv", index=False, sep="\t")
    fourth.to_parquet(folder / "deep" / "4.parquet", row_group_size=50)
    (folder / "_SUCCESS").touch()
    (folder / "readme.txt").write_text("not a table")


def same_content(found, expected):
    """All files but those that name the input, or hold places in its files."""
    found, expected = (
        {name: held for name, held in bytes_of(each.path).items() if not name.startswith(("prepared", "interactions"))}
        for each in (found, expected)
    )
    assert found == expected


@pytest.mark.parametrize("given", [["."], ["[123].*", "deep/*.parquet"], ["1.csv", "2.csv.gz", "3.tsv", "deep"]])
def test_files_folders_and_globs_are_one_table(folder, table, tmp_path, given):
    write_parts(table, tmp_path / "in")
    data = tuple(str(tmp_path / "in" / each) for each in given)
    same_content(prepare(PrepareConfig(data, shards=5), tmp_path / "out"), folder)


def test_order_of_the_files_decides_ties(table, tmp_path):
    """Without times the order is all there is."""
    plain = table.drop(columns="timestamp")
    write_parts(plain, tmp_path / "in")
    data = tuple(str(tmp_path / "in" / name) for name in ("3.tsv", "1.csv", "deep", "2.csv.gz"))
    cuts = np.array_split(np.arange(len(plain)), 4)
    other = plain.iloc[np.concatenate([cuts[2], cuts[0], cuts[3], cuts[1]])]
    check_equal(prepare(PrepareConfig(data), tmp_path / "out"), leave_last_out(Interactions.from_frame(other)))


@pytest.mark.parametrize("size", [1, 7, 300])
def test_size_of_the_pieces_changes_nothing(folder, path, table, tmp_path, monkeypatch, size):
    if size < 300:
        table = table.iloc[: 40 * size]
    table.to_parquet(tmp_path / "table.parquet", row_group_size=64)
    whole = prepare(PrepareConfig((str(tmp_path / "table.parquet"),), shards=5), tmp_path / "whole")
    for module in (pieces, partition):
        monkeypatch.setattr(module, "PIECE_ROWS", size)
    cut = prepare(PrepareConfig((str(tmp_path / "table.parquet"),), shards=5), tmp_path / "cut")
    assert bytes_of(cut.path) == bytes_of(whole.path)
    if size == 300:
        same_content(prepare(PrepareConfig((str(path),), shards=5), tmp_path / "of_csv"), folder)


@pytest.mark.parametrize("shards", [1, 40])
def test_number_of_shards_changes_nothing_but_the_files(path, split, tmp_path, shards):
    folder = prepare(PrepareConfig((str(path),), shards=shards), tmp_path / "out")
    assert len(folder.shards) == shards
    check_equal(folder, split)


def test_little_memory_gives_the_same(folder, path, tmp_path):
    same_content(prepare(PrepareConfig((str(path),), shards=5, memory_limit="60MB"), tmp_path / "out"), folder)


def test_users_are_drawn_and_the_seed_decides(path, split, tmp_path):
    drawn = {}
    for name, seed in (("one", 0), ("again", 0), ("other", 1)):
        config = PrepareConfig((str(path),), evaluation_users=10, seed=seed)
        folder = prepare(config, tmp_path / name)
        validation, test = folder.cases()
        assert list(validation.histories.user_ids) == list(test.histories.user_ids)
        drawn[name] = set(validation.histories.user_ids)
        assert len(drawn[name]) == 10
        everyone = rows_of(split.test.histories)
        assert all(everyone[user] == row for user, row in rows_of(test.histories).items())
        assert folder.manifest["evaluation"] == {"drawn": 10, "of": len(split.test)}
    assert drawn["one"] == drawn["again"] != drawn["other"]


@pytest.mark.parametrize(
    ("users", "items", "times"),
    [
        ([7, 7, 7, 8, 8], [1, 2, 3, 1, 2], [3, 1, 2, 1, 2]),
        ([7.0, 7.0, 7.0, 8.0, 8.0], ["a", "b", "c", "a", "b"], [0.5, 0.25, -1.5, 1e300, -1e300]),
        (["u"] * 5, list("abcde"), [2**62 + 3, 2**62 + 1, 2**62 + 2, 2**62, 5]),
        (["u"] * 5, list("abcde"), pd.to_datetime(["2020-01-02", "2020-01-01", "2020-01-03T00:00:00.25"] + ["2019"] * 2,
                                                  format="ISO8601")),
        (pd.Categorical(["u", "u", "v", "u", "v"]), pd.Categorical(list("abcab")), [1, 1, 1, 1, 1]),
    ],
    ids=["integers", "floats", "large integers", "datetimes", "categories"],
)  # fmt: skip
def test_parquet_types_mean_what_they_mean_in_memory(tmp_path, users, items, times):
    frame = pd.DataFrame({"user_id": users, "item_id": items, "timestamp": times})
    frame.to_parquet(tmp_path / "table.parquet", row_group_size=2)
    expected = leave_last_out(Interactions.read(tmp_path / "table.parquet"))
    check_equal(prepare(PrepareConfig((str(tmp_path / "table.parquet"),)), tmp_path / "out"), expected)


def test_whole_and_broken_times_in_pieces_of_their_own_sort_together(tmp_path, monkeypatch):
    for module in (pieces, partition):
        monkeypatch.setattr(module, "PIECE_ROWS", 2)
    (tmp_path / "table.csv").write_text("user_id,item_id,timestamp\nu,a,3\nu,b,1\nu,c,1.5\nu,d,2.5\n")
    expected = leave_last_out(Interactions.read(tmp_path / "table.csv"))
    check_equal(prepare(PrepareConfig((str(tmp_path / "table.csv"),)), tmp_path / "out"), expected)


def test_weights_stand_beside_the_items(table, tmp_path):
    table = table.assign(weight=np.arange(len(table)) / 4)
    table.to_parquet(tmp_path / "table.parquet")
    folder = prepare(PrepareConfig((str(tmp_path / "table.parquet"),)), tmp_path / "out")
    train = leave_last_out(Interactions.from_frame(table)).train
    for record in records_of(folder.path):
        row = list(train.user_ids).index(record["user_id"][0].decode())
        assert record["weights"] == train.weights[train.offsets[row] : train.offsets[row + 1]].tolist()


def test_fingerprint_tells_contents_apart(folder, path, table, tmp_path):
    again = prepare(PrepareConfig((str(path),), shards=5), tmp_path / "again")
    assert again.fingerprint() == folder.fingerprint()
    table.iloc[::-1].to_csv(tmp_path / "table.csv", index=False)
    other = prepare(PrepareConfig((str(tmp_path / "table.csv"),), shards=5), tmp_path / "other")
    assert other.fingerprint() != folder.fingerprint()


HEADER = "user_id,item_id,timestamp\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        (HEADER, "holds no interactions"),
        (HEADER + "u,i,1\nv,i,1\nv,j,2\n", "no user has the 3 interactions that leave-last-out needs; the longest"),
        (HEADER + "u,i,1\nu,,2\nu,j,3\n", "column 'item_id', line 3 of '{path}': the id is missing"),
        (HEADER + "u,i,1\nu,j,2\nu,k,3\n,k,3\n", "column 'user_id', line 5 of '{path}': the id is missing"),
        (HEADER + "u,i,1\nu,k,\nu,j,3\n", "column 'timestamp', line 3 of '{path}': the time is missing"),
        (HEADER + "u,i,1\nu,k,2\nu,j,soon\n", "column 'timestamp', line 4 of '{path}'"),
        (HEADER + "u,i,1\nu,k,2,3\n", "cannot read '{path}': line 3 has 4 fields"),
        ("user,item_id\nu,i\n", "did you mean 'user'?"),
        (HEADER + "u,i,1\nu,k,2\nu,k,2020-01-01\n", "the times from here on are datetimes, and numbers before"),
    ],
    ids=range(10),
)  # fmt: skip
def test_bad_tables_are_refused_as_in_memory_and_nothing_is_left(tmp_path, monkeypatch, content, said):
    for module in (pieces, partition):
        monkeypatch.setattr(module, "PIECE_ROWS", 2)
    path = tmp_path / "table.csv"
    path.write_text(content)
    with pytest.raises(InputError) as caught:
        prepare(PrepareConfig((str(path),)), tmp_path / "out")
    assert said.format(path=path) in str(caught.value)
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


def test_mistakes_about_files_are_refused_before_anything_is_written(table, tmp_path):
    table.to_csv(tmp_path / "a.csv", index=False)
    table.drop(columns="timestamp").to_csv(tmp_path / "b.csv", index=False)
    table.assign(timestamp="2020-01-01").to_csv(tmp_path / "c.csv.gz", index=False)
    (tmp_path / "empty").mkdir()
    for given, said in (
        (["a.csv", "*.csv"], "is named twice"),
        (["a.csv", "b.csv"], "only one of them has the column 'timestamp'"),
        (["a.csv", "c.csv.gz"], "holds numbers in"),
        (["empty"], "holds no table"),
        (["*.parquet"], "matches no file"),
        (["d.csv"], "no file"),
    ):
        with pytest.raises(InputError, match=said):
            prepare(PrepareConfig(tuple(str(tmp_path / each) for each in given)), tmp_path / "out")
        assert not (tmp_path / "out").exists()


def test_min_count_that_no_item_reaches_is_refused(path, tmp_path):
    with pytest.raises(InputError, match="min_count is 1000, but no item has more than"):
        prepare(PrepareConfig((str(path),), min_count=1000), tmp_path / "out")


def test_a_missing_engine_is_named_with_its_remedy(path, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "duckdb", None)
    with pytest.raises(InputError, match=r"pip install 'tfrec-dl\[prepare\]'"):
        prepare(PrepareConfig((str(path),)), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_row_group_larger_than_a_piece_is_read_in_pieces(tmp_path, monkeypatch):
    """Also when a preparation goes on in the middle of it."""
    table = pa.table({"user_id": [f"u{row % 9}" for row in range(90)], "item_id": [f"i{row % 7}" for row in range(90)]})
    pyarrow.parquet.write_table(table, tmp_path / "table.parquet", row_group_size=60)
    from tfrec_dl.data.tables.columns import Columns
    from tfrec_dl.data.tables.reading import TableFile

    file = TableFile(tmp_path / "table.parquet")
    for first in range(7):
        cut = list(pieces.pieces(file, Columns(), 13, first))
        assert [piece.num_rows for piece in cut] == ([13] * 6 + [12])[first:]
        assert (
            pa.concat_tables(cut, promote_options="permissive")["user_id"].to_pylist()
            == table["user_id"].to_pylist()[13 * first :]
        )


def test_compressed_csv_goes_on_in_the_middle(tmp_path):
    from tfrec_dl.data.tables.columns import Columns
    from tfrec_dl.data.tables.reading import TableFile

    with gzip.open(tmp_path / "t.csv.gz", "wt") as file:
        file.write("user_id,item_id\n" + "".join(f'"u{row}\n",i\n' for row in range(25)))
    table = TableFile(tmp_path / "t.csv.gz")
    rest = pa.concat_tables(pieces.pieces(table, Columns(), 10, 1)).to_pydict()
    assert rest["user_id"] == [f"u{row}\n" for row in range(10, 25)]
