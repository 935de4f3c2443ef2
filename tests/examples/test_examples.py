"""The examples run from the command line's point of view, on a small table in place of the demo data."""

import runpy
import sys
from pathlib import Path

import pytest

from tests.synthetic import cyclic_interactions

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(autouse=True)
def small_table(monkeypatch):
    table = cyclic_interactions(users=60, items=20, length=8)
    table["user_id"] = table["user_id"].str.removeprefix("user_").astype(int)
    table["item_id"] = table["item_id"].str.removeprefix("item_").astype(int)
    table["timestamp"] = table["timestamp"] * 1_000 + table.index  # no two at once
    table["rating"] = 4.5
    table["title"] = "Title " + table["item_id"].astype(str)
    table["genres"] = "Genre " + (table["item_id"] % 4).astype(str)
    for name in ("tfrec_dl.data.demo.demo_table", "tfrec_dl.data.demo_table"):  # the package keeps what it once gave
        monkeypatch.setattr(name, lambda: table)


def run(monkeypatch, name: str, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", [name, *arguments])
    runpy.run_path(str(EXAMPLES / name), run_name="__main__")


def test_every_example_is_tested_here():
    assert {path.name for path in EXAMPLES.glob("*.py")} == {
        "train_gru.py",
        "train_caser.py",
        "train_gan.py",
        "export_and_query.py",
        "recommend_new_items.py",
        "daily.py",  # in test_every_day.py
        "track_with_mlflow.py",  # the same
        "predict_ratings.py",  # in test_predict_ratings.py
        "rank_clicks.py",  # in test_rank_clicks.py
    }


@pytest.mark.parametrize("name", ["train_gru.py", "train_caser.py"])
def test_a_training_prints_its_metrics(monkeypatch, capsys, name):
    run(monkeypatch, name, "--epochs", "1")
    printed = capsys.readouterr().out
    assert "val_ndcg@10: " in printed
    value, low, high = (
        float(next(line.split()[1] for line in printed.splitlines() if line.startswith(f"ndcg@10{end} ")))
        for end in ("", "/low", "/high")
    )
    assert 0.0 <= low <= value <= high <= 1.0


def test_a_gan_is_shown_beside_its_start_and_exported(monkeypatch, capsys, tmp_path):
    run(monkeypatch, "train_gan.py", "--epochs", "1", "--adversarial-epochs", "1", "--out", str(tmp_path))
    printed = capsys.readouterr().out
    lines = {line[:16].strip(): line[16:].split() for line in printed.splitlines() if " ndcg@10 " in line}
    before, after = (float(lines[name][1]) for name in ("pre-trained", "adversarial"))
    difference, low, high = (float(part.strip("(),")) for part in (lines["difference"][i] for i in (1, 2, 4)))
    assert difference == pytest.approx(after - before, abs=2e-4)
    assert low <= difference <= high
    assert 0 < float(lines["adversarial"][3]) <= 1  # coverage
    assert (tmp_path / "export" / "1" / "saved_model.pb").exists()
    recommended = printed.split(f"{tmp_path / 'export' / '1'}: after Title ")[1].splitlines()[1:]
    assert len(recommended) == 5
    assert all("  Title " in line for line in recommended)


def test_the_export_answers_a_user_and_a_new_user(monkeypatch, capsys, tmp_path):
    run(monkeypatch, "export_and_query.py", "--epochs", "1", "--out", str(tmp_path / "gru"))
    printed = capsys.readouterr().out
    assert (tmp_path / "gru" / "1" / "saved_model.pb").exists()
    before, new_user = printed.split("new user\n")
    user = before.split("user\n")[1]
    assert user.count("  Title ") == 5
    assert new_user.count("  Title ") == 5
    assert "(2, 33)" in new_user  # dimension 32 and the bias


def test_an_item_added_by_its_features_is_recommended(monkeypatch, capsys, tmp_path):
    run(monkeypatch, "recommend_new_items.py", "--epochs", "1", "--out", str(tmp_path / "hybrid"))
    printed = capsys.readouterr().out
    assert "title            text" in printed
    assert "ndcg@10 of cold items: " in printed
    assert f"added 3 items: {tmp_path / 'hybrid' / '2'}" in printed
    recommended = printed.split("added 3 items")[1].splitlines()[1:]
    assert len(recommended) >= 10
    assert sum("sequel of " in line for line in recommended) == 3  # of the 20 items and these, all but the history
