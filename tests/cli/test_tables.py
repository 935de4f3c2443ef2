"""Odd and broken tables, through the program."""

import gzip
import json

import pandas as pd
import pytest

HEADER = "user_id,item_id,timestamp\n"
LONG = "x" * 10_000


def rows(users: int = 5, items: int = 6) -> str:
    """Five users who meet six items in turn."""
    return "".join(f"u{user},i{(user + step) % 6},{step}\n" for user in range(users) for step in range(items))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        (HEADER, "holds no interactions"),
        (HEADER + "u,i,1\nv,i,1\nw,j,2\n", "no user has the 3 interactions"),
        (HEADER + "u,i,1\nu,,2\nu,j,3\n", "column 'item_id', line 3: the id is missing"),
        (HEADER + "u,i,1\nu,k,nan\nu,j,3\n", "column 'timestamp', line 3: "),
        (HEADER + "u,i,1\nu,k,2\nu,j,inf\n", "column 'timestamp', line 4: the time is infinite"),
        (HEADER + "u,i,1\nu,k,yesterday\nu,j,3\n", "'yesterday'"),
        (HEADER + "u,i,1,9\n", "line 2 has 4 fields"),
        ("user,item_id\nu,i\n", "did you mean 'user'?"),
        ("user_id;item_id\nu;i\n", "separate the columns with commas"),
        (HEADER + "u,i,1\nu,j,1\nu,k,1\n", None),
    ],
    ids=[
        "empty file",
        "header only",
        "one interaction a user",
        "missing id",
        "NaN time",
        "infinite time",
        "time that is none",
        "too many fields",
        "missing column",
        "semicolons",
        "one training interaction",
    ],
)
def test_what_cannot_be_trained_on_is_refused_and_leaves_nothing(refusal, tiny, tmp_path, content, said):
    path, out = tmp_path / "table.csv", tmp_path / "run"
    path.write_text(content)
    line = refusal("train", "--data", path, "--model", "simple_rnn", "--out", out, *tiny)
    assert (said or "no user has two interactions") in line
    assert not out.exists()


def test_a_folder_in_place_of_a_table_is_refused(refusal, tmp_path):
    assert "is a folder" in refusal("train", "--data", tmp_path, "--model", "simple_rnn", "--out", tmp_path / "run")


def test_a_missing_table_is_refused_with_the_nearest_name(refusal, table):
    said = refusal("compare", "--data", table.with_name("tabel.csv"), "--models", "simple_rnn")
    assert "did you mean 'table.csv'?" in said


def test_a_truncated_gzip_is_refused(refusal, tmp_path):
    path, out = tmp_path / "table.csv.gz", tmp_path / "run"
    path.write_bytes(gzip.compress((HEADER + rows(users=500)).encode())[:-20])
    assert "cannot read" in refusal("train", "--data", path, "--model", "simple_rnn", "--out", out)
    assert not out.exists()


def test_a_temporal_split_without_times_is_refused(refusal, tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("user_id,item_id\n" + "u,i\nu,j\nu,k\nv,i\nv,j\n")
    command = ("train", "--data", path, "--model", "simple_rnn", "--out", tmp_path / "run", "--split", "temporal")
    assert "needs times" in refusal(*command)


@pytest.mark.parametrize(
    ("content", "needed"),
    [
        (HEADER + "".join(f"u,i{step},{step}\n" for step in range(8)), ()),
        (HEADER + "".join(f"u{user},i,{step}\n" for user in range(4) for step in range(4)), ("--keep-seen",)),
        (HEADER + rows() + rows(), ("--duplicates", "last")),
    ],
    ids=["one user", "one item", "every row twice"],
)
def test_small_and_repetitive_tables_train(program, refusal, tiny, tmp_path, content, needed):
    path, out = tmp_path / "table.csv", tmp_path / "run"
    path.write_text(content)
    command = ("train", "--data", path, "--model", "simple_rnn", "--out", out, *tiny)
    if needed:
        assert needed[0] in refusal(*command)
    result = program(*command, *needed)
    assert result.status == 0, result.err
    metrics = json.loads((out / "metrics.json").read_text())
    assert 0.0 <= metrics["test/ndcg@10"] <= 1.0


def test_rows_in_any_order_are_sorted_by_time(program, table, tiny, tmp_path):
    path, out = tmp_path / "shuffled.csv", tmp_path / "folder"
    pd.read_csv(table).sample(frac=1.0, random_state=0).to_csv(path, index=False)
    assert program("compare", "--data", path, "--models", "simple_rnn", "--out", out, *tiny).status == 0
    board = {row["model"]: row for row in json.loads((out / "leaderboard.json").read_text())}
    assert board["markov_chain"]["ndcg@10"] == 1.0  # each item has one successor, in time


def test_ids_of_every_kind_go_in_and_come_out(program, tiny, tmp_path):
    ids = ["a,b", 'say "hi"', "🍕", "Ёлка", LONG, " padded ", "007"]
    frame = pd.DataFrame(
        [(f"user {user}", ids[(user + step) % len(ids)], step) for user in range(12) for step in range(6)],
        columns=["user_id", "item_id", "timestamp"],
    )
    path, out, dest = tmp_path / "table.csv", tmp_path / "run", tmp_path / "dest"
    frame.to_csv(path, index=False)
    assert program("train", "--data", path, "--model", "simple_rnn", "--out", out, *tiny).status == 0
    assert program("export", out, dest).status == 0

    history = '"a,b","say ""hi""",🍕'
    result = program("recommend", dest, "--history", history, "-k", len(ids), "--json")
    assert {entry["item_id"] for entry in json.loads(result.out)} == {"Ёлка", LONG, " padded ", "007"}
    assert "🍕" in program("recommend", dest, "--history", f'{LONG}," padded "', "-k", len(ids)).out
