"""Everybody at once: what `recommend` gives user by user, whatever the layout, the format and the interruptions."""

import json
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from tests.killing import Killed, killed_at
from tests.lifecycle.batch.conftest import StandInRecommender
from tfrec_dl.data.prepared import partition, pieces
from tfrec_dl.data.tables.columns import Columns
from tfrec_dl.errors import InputError
from tfrec_dl.files import locked
from tfrec_dl.lifecycle.batch import recommend
from tfrec_dl.lifecycle.batch.recommend import batch_recommend
from tfrec_dl.lifecycle.batch.unfinished import Unfinished
from tfrec_dl.serving.rules.rules import Rules

K = 3


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch):
    """Three pieces of the first file, two of the second."""
    for module in (pieces, partition, recommend):
        monkeypatch.setattr(module, "PIECE_ROWS", 100)


Row = tuple[int, str, float, str]


def expected(interactions) -> dict[str, list[Row]]:
    """User -> place, item, score and id of the list of what they are recommended, users without left out."""
    users = list(interactions.histories)
    answers = StandInRecommender().recommend([interactions.histories[user] for user in users], K)
    rows = (
        [(place, item, score, row.recommendation_id) for place, (item, score) in enumerate(row, start=1)]
        for row in answers
    )
    return {user: row for user, row in zip(users, rows, strict=True) if row}


def found_in(table: pd.DataFrame) -> dict[str, list[Row]]:
    """The same of a long table, in which the rows of a user are together."""
    assert (table["user_id"] != table["user_id"].shift()).sum() == table["user_id"].nunique()
    assert list(table["title"]) == [f'The "{item}", a film' for item in table["item_id"]]
    found: dict[str, list[Row]] = {}
    columns = ["user_id", "rank", "item_id", "score", "recommendation_id"]
    for user, place, item, score, recommendation_id in table[columns].itertuples(index=False):
        found.setdefault(user, []).append((place, item, float(np.float32(score)), recommendation_id))
    return found


@pytest.mark.parametrize("name", ["out.parquet", "out.csv", "out.TSV.gz"])
def test_everybody_gets_what_follows_their_history(recommender, export, interactions, tmp_path, name):
    out = batch_recommend(export, interactions.folder, tmp_path / "new" / name, k=K)
    assert os.listdir(out.parent) == [name]
    table = pd.read_parquet(out) if name.endswith("parquet") else pd.read_csv(out, sep="," if "csv" in name else "\t")
    assert list(table) == ["user_id", "rank", "item_id", "score", "recommendation_id", "title"]
    assert found_in(table) == expected(interactions)


@pytest.mark.parametrize("name", ["out.pq", "out.csv.gz"])
def test_lists_have_a_row_for_everybody(recommender, export, interactions, tmp_path, name):
    out = batch_recommend(export, interactions.folder, tmp_path / name, k=K, layout="lists")
    table = pd.read_parquet(out) if name == "out.pq" else pd.read_csv(out)
    if name == "out.csv.gz":
        table[["item_ids", "scores", "title"]] = table[["item_ids", "scores", "title"]].map(json.loads)
    assert sorted(table["user_id"]) == sorted(interactions.histories)
    empty = table["item_ids"].map(len) == 0
    assert 0 < empty.sum() < len(table)
    lists = {"item_ids": "item_id", "scores": "score"}
    rows = table[~empty].rename(columns=lists).assign(rank=[[1, 2, 3]] * int((~empty).sum()))
    assert found_in(rows.explode(["rank", "item_id", "score", "title"])) == expected(interactions)


def test_columns_are_named_and_without_times_the_order_is_the_tables(recommender, export, tmp_path):
    table = pd.DataFrame({"who": ["a", "b", "a", "a"], "what": ["i3", "i1", "i2", "i3"], "score": 1.0})
    table.to_csv(tmp_path / "log.csv", index=False)
    out = batch_recommend(
        export, tmp_path / "log.csv", tmp_path / "out.csv", k=K, columns=Columns(user="who", item="what")
    )
    (row,) = StandInRecommender().recommend([["i3", "i2", "i3"]], K)
    assert list(pd.read_csv(out)["item_id"]) == [item for item, _ in row]


@pytest.mark.parametrize("name", ["users.csv", "users.parquet"])
def test_only_the_users_that_are_named_are_recommended_to_and_new_ones_as_new(
    recommender, export, interactions, tmp_path, name
):
    known = sorted(interactions.histories)[::7]
    table = pd.DataFrame({"more": 1, "user_id": [*known, "nobody", "007", known[0]]})
    table.to_csv(tmp_path / name, index=False) if name == "users.csv" else table.to_parquet(tmp_path / name)
    out = batch_recommend(export, interactions.folder, tmp_path / "out.parquet", k=K, users=tmp_path / name)
    some = {user: interactions.histories[user] for user in known} | {"nobody": [], "007": []}
    assert found_in(pd.read_parquet(out)) == expected(SimpleNamespace(histories=some))
    assert sum(recommender.asked) == len(some) + 1  # one to begin with


@pytest.mark.parametrize("name", ["out.parquet", "out.csv"])
def test_killed_again_and_again_it_ends_with_the_same_bytes(
    recommender, export, interactions, tmp_path, monkeypatch, name
):
    whole = batch_recommend(export, interactions.folder, tmp_path / "whole" / name, k=K)
    users, recommender.asked = sum(recommender.asked), []
    out, kills = tmp_path / "killed" / name, 0
    while killed_at(
        3, monkeypatch, batch_recommend, export, interactions.folder, out, k=K
    ):  # two are new, after the plan
        assert not out.exists()
        kills += 1
        assert kills < 20
    assert kills > 5
    assert out.read_bytes() == whole.read_bytes()
    assert os.listdir(out.parent) == [name]
    # Each call asks for a new user first, and does at most one part again.
    assert sum(recommender.asked) <= 2 * users + kills + 1


def test_killed_before_it_has_cleared_up_it_is_finished(recommender, export, interactions, tmp_path, monkeypatch):
    def remove(unfinished):
        raise Killed

    out = tmp_path / "out.parquet"
    with monkeypatch.context() as patched:
        patched.setattr(Unfinished, "remove", remove)
        with pytest.raises(Killed):
            batch_recommend(export, interactions.folder, out, k=K)
    content = out.read_bytes()
    assert batch_recommend(export, interactions.folder, out, k=K) == out
    assert out.read_bytes() == content
    assert not list(tmp_path.glob(".out*"))
    with pytest.raises(InputError, match=r"out.parquet exists: choose another name, or delete it"):
        batch_recommend(export, interactions.folder, out, k=K)
    assert out.read_bytes() == content


def test_a_job_keeps_to_the_version_that_it_began_with(recommender, export, interactions, tmp_path, monkeypatch):
    out = tmp_path / "out.parquet"
    assert killed_at(9, monkeypatch, batch_recommend, export, interactions.folder, out)
    shutil.copytree(export / "1", export / "2")
    assert killed_at(3, monkeypatch, batch_recommend, export, interactions.folder, out)
    assert recommender.versions == ["1", "1"]
    shutil.rmtree(export / "1")
    with pytest.raises(InputError, match=r"unfinished job with .*/1, which is gone: delete the folder"):
        batch_recommend(export, interactions.folder, out)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"k": 4}, "holds an unfinished job with k 3, not 4: repeat its command to continue it, or delete the folder"),
        ({"layout": "lists"}, "with layout 'long', not 'lists'"),
        ({"exclude": ["i1"]}, "with exclude"),
        ({"rules": Rules(only=["i1"])}, "with rules None, not {"),
        ({"columns": Columns(time="timestamp", user="item_id", item="user_id")}, "with columns"),
        ({"users": "users.csv"}, "with users None, not"),
    ],
)
def test_another_command_is_refused(recommender, export, interactions, tmp_path, monkeypatch, settings, said):
    out = tmp_path / "out.parquet"
    assert killed_at(9, monkeypatch, batch_recommend, export, interactions.folder, out, k=K)
    monkeypatch.chdir(tmp_path)
    Path("users.csv").write_text("user_id\nu")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(InputError, match=said):
        batch_recommend(export, interactions.folder, out, **{"k": K, **settings})
    assert sorted(tmp_path.rglob("*")) == before
    assert recommender.versions == ["1"]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"k": 21}, "k is 21, but this export gives 1 to 20"),
        ({"layout": "list"}, "layout is 'list': did you mean 'lists'?"),
        ({"columns": Columns(item="item")}, "no column 'item' in .*: did you mean 'item_id'?"),
        ({"out": "out.xlsx"}, "out.xlsx is not supported: end its name with .csv, "),
        ({"out": "taken.csv"}, "taken.csv exists: choose another name, or delete it"),
        ({"out": "taken.csv/out.csv"}, "cannot create .*taken.csv/.out.csv.unfinished: Not a directory"),
        ({"processes": 0}, "processes is 0, but must be 1 to 256"),
        ({"histories": "none.csv"}, "no file '.*none.csv'"),
        ({"histories": "bad.csv"}, "column 'timestamp', line 3 of '.*bad.csv': the time is missing"),
        ({"histories": "empty.csv"}, "empty.csv' holds no interactions"),
        ({"users": "none.csv"}, "no file '.*none.csv'"),
        ({"users": "taken.csv"}, "no column 'user_id' in .*taken.csv': it has 'precious'"),
        ({"users": "empty.csv"}, "empty.csv' holds no users"),
        ({"users": "gap.csv"}, "column 'user_id', line 3 of '.*gap.csv': the id is missing"),
        ({"rule_columns": ["must"]}, "rule_columns has 'must', a column of users: name their table with users"),
        (
            {"users": "ruled.csv", "rule_columns": ["must_nt"]},
            "'must_nt', which is not a rule: did you mean 'must_not'?",
        ),
        ({"users": "ruled.csv", "rule_columns": ["only"]}, "no column 'only' in '.*ruled.csv'"),
        ({"users": "ruled.csv", "rule_columns": ["diversity"]}, "line 4 of '.*ruled.csv': diversity is 1.5, but must"),
        ({"users": "ruled.csv", "rule_columns": ["keep_seen"]}, "line 3 of '.*ruled.csv': keep_seen is 'perhaps': wr"),
        ({"users": "ruled.csv", "rule_columns": ["pin"]}, "line 2 of '.*ruled.csv': pin has 'i1' with '0', but must"),
        ({"users": "ruled.csv", "rule_columns": ["must"]}, "line 4 of .*: user 'u' has other rules in line 2 of '.*ru"),
        ({"dest": "nowhere"}, "nowhere: it does not exist"),
        ({"context": {"device": "phone"}}, "context has 'device', but .* has no ranking stage"),
        ({"exclude": "i1"}, "exclude is 'i1', but must be a list of ids"),
    ],
)
def test_mistakes_are_refused_in_a_line_and_leave_nothing(
    recommender, export, interactions, tmp_path, monkeypatch, settings, said
):
    monkeypatch.chdir(tmp_path)
    Path("taken.csv").write_text("precious")
    Path("bad.csv").write_text("user_id,item_id,timestamp\nu,i1,1\nu,i2,\n")
    Path("empty.csv").write_text("user_id,item_id\n")
    Path("ruled.csv").write_text(
        "user_id,must,diversity,keep_seen,pin\nu,year>1,0.1,yes,i1@0\nv,,,perhaps,\nu,year>2,1.5,no,i1@1\n"
    )
    Path("gap.csv").write_text('user_id,age\nu,1\n"",2\n')
    before = sorted(tmp_path.rglob("*"))
    asked = {"dest": export, "histories": interactions.folder, "out": "out.csv", **settings}
    with pytest.raises(InputError, match=said) as refused:
        batch_recommend(**asked)
    assert "\n" not in str(refused.value)
    assert sorted(tmp_path.rglob("*")) == before
    assert Path("taken.csv").read_text() == "precious"


def test_two_at_once_are_refused_and_foreign_folders_left_alone(recommender, export, interactions, tmp_path):
    folder = tmp_path / ".out.csv.unfinished"
    with locked(folder), pytest.raises(InputError, match="process .* is writing to"):
        batch_recommend(export, interactions.folder, tmp_path / "out.csv")
    folder.mkdir()
    (folder / "mine").write_text("precious")
    with pytest.raises(InputError, match="exists and is not an unfinished job"):
        batch_recommend(export, interactions.folder, tmp_path / "out.csv")
    assert [path.name for path in folder.iterdir()] == ["mine"]


def test_what_has_taken_the_name_meanwhile_is_not_overwritten(recommender, export, interactions, tmp_path):
    out = tmp_path / "out.csv"

    def progress(stage, done, total):
        if stage == "writing":
            out.write_text("precious")

    with pytest.raises(
        InputError, match="out.csv has appeared in the meantime: move it away, and run the same command again"
    ):
        batch_recommend(export, interactions.folder, out, k=K, progress=progress)
    assert out.read_text() == "precious"
    out.unlink()
    recommender.asked = []
    batch_recommend(export, interactions.folder, out, k=K)
    assert recommender.asked == [1]  # everybody's recommendations were there
