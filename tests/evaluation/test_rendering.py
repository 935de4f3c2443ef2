import json
import math

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.evaluate import Report
from tfrec_dl.evaluation.leaderboard import Entry, leaderboard
from tfrec_dl.evaluation.rendering import leaderboard_plot, markdown, rich_table, save_leaderboard


@pytest.fixture
def table():
    values = np.random.default_rng(0).random(100)
    users = np.arange(100)
    return leaderboard(
        [
            Entry("gru [64] | $ü$", Report({"ndcg@10": values, "mrr@10": values / 2}, {}, users, 100), 12.34),
            Entry("ease", Report({"ndcg@10": values / 3, "mrr@10": values}, {}, users, 100), None, "baseline"),
        ]
    )


def test_the_terminal_shows_names_as_they_are_with_figures_and_stars(table):
    console = Console(width=160, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(rich_table(table, "ml [test]"))
    text = console.export_text()
    for part in ("ml [test]", "gru [64] | $ü$", f"{table['ndcg@10'][0]:.4f}", "***", "12.3", "paired t-test"):
        assert part in text


def test_markdown_is_one_table_with_a_row_a_model(table):
    lines = markdown(table).splitlines()
    assert lines[2].startswith("| gru [64] \\| $ü$ | deep |")
    assert [line.replace("\\|", "").count("|") for line in lines[:4]] == [lines[0].count("|")] * 4
    assert lines[3].startswith("| ease | baseline |")


def test_csv_holds_every_figure(table, tmp_path):
    save_leaderboard(table, tmp_path / "board.csv")
    read = pd.read_csv(tmp_path / "board.csv", keep_default_na=True)
    assert read["model"].tolist() == table["model"].tolist()
    assert read["ndcg@10/low"].to_numpy() == pytest.approx(table["ndcg@10/low"].to_numpy())


def test_json_holds_every_figure_and_null_for_unknown(table, tmp_path):
    save_leaderboard(table, tmp_path / "board.json")
    rows = json.loads((tmp_path / "board.json").read_text(encoding="utf-8"))
    assert [row["model"] for row in rows] == ["gru [64] | $ü$", "ease"]
    assert [row["seconds"] for row in rows] == [12.34, None]
    assert math.isclose(rows[1]["p"], table["p"][1], rel_tol=1e-6, abs_tol=1e-12)


def test_a_file_is_replaced_whole(table, tmp_path):
    (tmp_path / "board.md").write_text("old")
    save_leaderboard(table, tmp_path / "board.md")
    assert (tmp_path / "board.md").read_text(encoding="utf-8") == markdown(table)
    assert [path.name for path in tmp_path.iterdir()] == ["board.md"]


def test_unknown_formats_and_missing_folders_are_refused(table, tmp_path):
    with pytest.raises(InputError, match="'.xlsx'.*.csv"):
        save_leaderboard(table, tmp_path / "board.xlsx")
    with pytest.raises(InputError, match="nowhere"):
        save_leaderboard(table, tmp_path / "nowhere" / "board.csv")
    with pytest.raises(InputError, match="'.doc'"):
        leaderboard_plot(table, tmp_path / "board.doc")


def test_the_picture_names_the_models(table, tmp_path):
    pytest.importorskip("matplotlib", reason="the extra plots is not installed")
    leaderboard_plot(table, tmp_path / "board.svg")
    leaderboard_plot(table, tmp_path / "board.png")
    assert "ease" in (tmp_path / "board.svg").read_text(encoding="utf-8")
    assert (tmp_path / "board.png").read_bytes().startswith(b"\x89PNG")
    assert len(list(tmp_path.iterdir())) == 2
