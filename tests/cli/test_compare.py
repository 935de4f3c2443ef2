import io
import json

import pandas as pd
import pytest

from tfrec_dl.baselines import BASELINES
from tfrec_dl.cli.reports.leaderboards import show


@pytest.fixture(scope="module")
def compared(program, table, tiny, tmp_path_factory):
    """A finished comparison: its command, folder and what it printed."""
    folder = tmp_path_factory.mktemp("compare") / "folder"
    command = ("compare", "--data", table, "--models", "simple_rnn,caser", "--out", folder, *tiny)
    result = program(*command)
    assert result.status == 0, result.err
    return command, folder, result.out


def test_models_and_baselines_stand_on_one_leaderboard(compared):
    _, folder, printed = compared
    board = pd.read_csv(folder / "leaderboard.csv")
    assert set(board["model"]) == {"simple_rnn", "caser", *BASELINES}
    assert board["ndcg@10"].is_monotonic_decreasing
    assert set(board["model"][:2]) == {"markov_chain", "transitions"}  # the data is a Markov chain
    assert all(name in printed for name in board["model"])
    assert [row["model"] for row in json.loads((folder / "leaderboard.json").read_text())] == list(board["model"])
    assert "| markov_chain | baseline | 1.0000 |" in (folder / "leaderboard.md").read_text()
    assert (folder / "leaderboard.png").read_bytes().startswith(b"\x89PNG")


def test_what_is_printed_says_whether_items_of_the_history_compete(compared, capsys):
    _, folder, printed = compared
    assert "items of the history left out" in " ".join(printed.split())
    show(pd.read_csv(folder / "leaderboard.csv").fillna({"stars": ""}), keeps_seen=True)
    assert "items of the history recommended again" in " ".join(capsys.readouterr().out.split())


def test_its_metrics_are_those_of_the_runs(compared):
    _, folder, _ = compared
    board = pd.read_csv(folder / "leaderboard.csv").set_index("model")
    for name in ("simple_rnn", "caser"):
        metrics = json.loads((folder / name / "metrics.json").read_text())
        assert board.loc[name, "ndcg@10"] == pytest.approx(metrics["test/ndcg@10"])


def test_a_report_of_the_same_numbers_is_written_beside_it(compared):
    _, folder, printed = compared
    assert f"report: {folder / 'report.html'}" in printed
    html = (folder / "report.html").read_text(encoding="utf-8")
    values = json.loads(html.split('id="values">')[1].split("</script>")[0])
    assert values["leaderboard"] == json.loads((folder / "leaderboard.json").read_text())
    for name in ("simple_rnn", "caser"):
        assert values["metrics"][name] == json.loads((folder / name / "metrics.json").read_text())


def test_a_report_written_later_takes_the_leaderboard_as_it_is(program, compared, tmp_path):
    _, folder, _ = compared
    result = program("report", folder, "--out", tmp_path / "report.html")
    assert result.status == 0, result.err
    assert [line for line in result.out.splitlines() if line.startswith("baseline ")] == ["baseline transitions"]
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    values = json.loads(html.split('id="values">')[1].split("</script>")[0])
    assert values["leaderboard"] == json.loads((folder / "leaderboard.json").read_text())


def test_the_table_is_described_once(compared):
    assert compared[2].count("480 interactions of 60 users") == 1


def test_finished_runs_are_not_trained_again(program, compared):
    command, folder, _ = compared
    before = (folder / "leaderboard.csv").read_text()
    runs = {path: path.stat().st_mtime_ns for name in ("simple_rnn", "caser") for path in (folder / name).rglob("*")}
    result = program(*command)
    assert result.status == 0, result.err
    assert "model simple_rnn: trained before" in result.out
    assert {path: path.stat().st_mtime_ns for path in runs} == runs
    columns = ["model", "ndcg@10"]
    pd.testing.assert_frame_equal(
        pd.read_csv(folder / "leaderboard.csv")[columns], pd.read_csv(io.StringIO(before))[columns]
    )


def test_runs_of_other_settings_or_data_are_refused(refusal, compared, tmp_path):
    command, folder, _ = compared
    assert f"{folder / 'simple_rnn'} holds a finished run with training.seed 0, not 1" in refusal(*command, "--seed", 1)
    other = tmp_path / "other.csv"
    other.write_text("user_id,item_id\n" + "u,i\nu,j\nu,k\nu,l\n")
    said = refusal("compare", "--data", other, *command[3:])
    assert f"{folder / 'simple_rnn'} holds a run on other data" in said


def test_a_folder_of_other_files_is_refused(refusal, table, tmp_path):
    (tmp_path / "thesis.tex").write_text("precious")
    said = refusal("compare", "--data", table, "--models", "simple_rnn", "--out", tmp_path)
    assert "'thesis.tex'" in said
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_without_a_folder_nothing_is_left(program, table, tiny, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    result = program("compare", "--data", table, "--models", "simple_rnn", *tiny)
    assert result.status == 0, result.err
    assert "markov_chain" in result.out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("models", "said"),
    [("gru,casser", "did you mean 'caser'?"), (",", "names no model"), ("ease", "no recipe is called 'ease'")],
)
def test_unknown_models_are_refused_before_anything_is_trained(refusal, table, tmp_path, models, said):
    assert said in refusal("compare", "--data", table, "--models", models, "--out", tmp_path / "folder")
    assert not (tmp_path / "folder").exists()


def test_a_setting_that_one_model_lacks_is_refused(refusal, table):
    said = refusal("compare", "--data", table, "--models", "simple_rnn,caser", "--set", "window=3")
    assert "no setting 'window'" in said
