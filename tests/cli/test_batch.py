"""`tfrec-dl recommend --histories`."""

import multiprocessing
import os

import pandas as pd
import pytest

from tests import processes
from tfrec_dl.cli.bars import Bars
from tfrec_dl.lifecycle.batch import workers
from tfrec_dl.lifecycle.load import load


@pytest.fixture(scope="module")
def histories(table):
    return pd.read_csv(table).sort_values("timestamp", kind="stable").groupby("user_id")["item_id"].agg(list)


@pytest.fixture(scope="module")
def recommender(exported):
    return load(exported)


def rows_of(table):
    return {user: list(zip(rows["item_id"], rows["score"], strict=True)) for user, rows in table.groupby("user_id")}


def test_everybody_gets_what_they_would_get_alone(program, table, exported, histories, recommender, tmp_path):
    out = tmp_path / "out.csv"
    result = program("recommend", exported, "--histories", table, "--out", out, "-k", 4)
    assert (result.status, result.err) == (0, "")
    assert result.out.splitlines() == [
        "reading", "recommending", "writing", f"{out}: 240 recommendations to 60 users",
    ]  # fmt: skip
    found = pd.read_csv(out)
    assert list(found["title"]) == [item.replace("item_", "Step ") for item in found["item_id"]]
    assert rows_of(found) == {
        user: [(item, pytest.approx(score, rel=1e-5)) for item, score in recommender.recommend([history], 4)[0]]
        for user, history in histories.items()
    }


def test_rules_and_columns_are_options(program, table, exported, tmp_path):
    pd.read_csv(table).set_axis(["who", "what", "when"], axis="columns").to_parquet(tmp_path / "log.parquet")
    columns = ("--user-column", "who", "--item-column", "what", "--time-column", "when")
    rules = ("--only-ids", "item_3,item_7,item_9", "--exclude", "item_9", "--pin", "item_7@1", "--keep-seen")
    out = tmp_path / "out.parquet"
    asked = ("--histories", tmp_path / "log.parquet", "--out", out, "--layout", "lists", "-k", 3)
    result = program("recommend", exported, *asked, *columns, *rules)
    assert result.status == 0, result.err
    assert {tuple(items) for items in pd.read_parquet(out)["item_ids"]} == {("item_7", "item_3")}


def test_users_have_rules_of_their_own(program, table, exported, tmp_path):
    """An empty cell is as for everybody, whom an option lets have what they had; ids of `exclude` come on top."""
    users = pd.DataFrame(
        {
            "user_id": ["user_1", "user_2", "user_3", "nobody yet", "user_4"],
            "must": ["side=odd", None, "side=even,side=odd", "side=even", None],
            "exclude": [None, "item_1,item_2", None, "item_4", None],
            "only": [["item_1", "item_2", "item_3"], None, ["item_7"], None, None],
            "pin": [["item_3@1"], None, None, None, None],
            "note": ["not read"] * 5,
        }
    )
    users.to_parquet(tmp_path / "users.parquet")
    columns = ("--users", tmp_path / "users.parquet", "--rule-columns", "must, exclude,only,pin")
    asked = ("--histories", table, "--out", tmp_path / "out.parquet", "--layout", "lists", "-k", 20)
    result = program("recommend", exported, *asked, *columns, "--exclude", "item_6", "--keep-seen")
    assert result.status == 0, result.err
    found = pd.read_parquet(tmp_path / "out.parquet").set_index("user_id")["item_ids"].map(list)
    everything = {f"item_{number}" for number in range(20)} - {"item_6"}
    assert found["user_1"] == ["item_3", "item_1"]
    assert set(found["user_2"]) == everything - {"item_1", "item_2"}
    assert found["user_3"] == ["item_7"]
    assert set(found["nobody yet"]) == {f"item_{number}" for number in range(0, 20, 2)} - {"item_4", "item_6"}
    assert set(found["user_4"]) == everything


def test_rules_that_the_export_refuses_are_named_with_their_row_before_any_work(refusal, table, exported, tmp_path):
    lines = "".join(f"user_{user},side=odd,item_{user}\n" for user in range(5))
    (tmp_path / "users.csv").write_text(f"user_id,must,exclude\n{lines}user_7,sides=odd,item_1\n")
    asked = ("--histories", table, "--out", tmp_path / "out.csv", "--users", tmp_path / "users.csv")
    said = refusal("recommend", exported, *asked, "--rule-columns", "must,exclude")
    assert f"line 7 of '{tmp_path / 'users.csv'}': " in said
    assert "sides" in said
    assert os.listdir(tmp_path) == ["users.csv"]


def test_several_processes_write_the_same(program, table, exported, tmp_path, monkeypatch):
    # Forked from one that has imported TensorFlow and used none of it, which saves each the import.
    monkeypatch.setattr(workers, "STARTED", processes._CONTEXT.get_start_method())
    command = ("recommend", exported, "--histories", table)
    assert program(*command, "--out", tmp_path / "one.parquet").status == 0
    result = program(*command, "--out", tmp_path / "two.parquet", "--processes", 2)
    assert result.status == 0, result.err
    one, two = (pd.read_parquet(tmp_path / f"{name}.parquet") for name in ("one", "two"))
    pd.testing.assert_frame_equal(one, two)
    assert not multiprocessing.active_children()
    assert sorted(os.listdir(tmp_path)) == ["one.parquet", "two.parquet"]


def test_interrupted_it_says_how_to_go_on_and_goes_on(program, table, exported, tmp_path, monkeypatch):
    def interrupt(bars, stage, done, total):
        if stage == "recommending" and done == 2:
            raise KeyboardInterrupt

    command = ("recommend", exported, "--histories", table, "--out", tmp_path / "out.csv")
    with monkeypatch.context() as patched:
        patched.setattr(Bars, "show", interrupt)
        result = program(*command)
    assert (result.status, result.err) == (130, "interrupted: the same command continues it\n")
    assert program(*command).status == 0
    assert os.listdir(tmp_path) == ["out.csv"]


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (("--histories", "log.csv"), "name a file to write with --out"),
        (("--out", "out.csv"), "--out is for many users: name the table of their histories with --histories"),
        (("--processes", 2), "--processes is for many users"),
        (
            ("--histories", "log.csv", "--history", "i1"),
            "--history is for one user, but --histories is for all users of a table",
        ),
        (("--histories", "log.csv", "--why"), "--why is for one user"),
        (("--histories", "log.csv", "--out", "out.csv", "--context", "phone"), "--context 'phone' is not NAME=VALUE"),
    ],
)
def test_options_that_do_not_go_together_are_refused(refusal, exported, options, line):
    assert line in refusal("recommend", exported, *options)
