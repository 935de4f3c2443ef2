import json

import pandas as pd
import pytest


@pytest.fixture(scope="module")
def compared(program, ranking, tmp_path_factory):
    """A finished comparison: its command, folder and what it printed."""
    folder = tmp_path_factory.mktemp("compare") / "folder"
    command = ("compare", *ranking, "--models", "wide_and_deep", "--out", folder)
    result = program(*command)
    assert result.status == 0, result.err
    return command, folder, result.out


def test_rankers_and_baselines_stand_on_one_leaderboard(compared):
    _, folder, printed = compared
    board = pd.read_csv(folder / "leaderboard.csv")
    found = set(board["model"]) - {"lightgbm"}  # an extra
    assert found == {"wide_and_deep", "popularity", "logged_order", "logistic_regression"}
    assert board["ndcg"].is_monotonic_decreasing
    assert {"auc", "log_loss", "calibration_error", "difference", "p", "ctr@1"} <= set(board)
    assert all(name in printed for name in board["model"])
    assert "(paired bootstrap)" in printed
    assert [row["model"] for row in json.loads((folder / "leaderboard.json").read_text())] == list(board["model"])
    assert "| model | family | ndcg | 95 % interval |" in (folder / "leaderboard.md").read_text()
    assert (folder / "leaderboard.png").read_bytes().startswith(b"\x89PNG")
    metrics = json.loads((folder / "wide_and_deep" / "metrics.json").read_text())
    assert board.set_index("model").loc["wide_and_deep", "ndcg"] == pytest.approx(metrics["test/ndcg"])
    assert printed.count("360 lists") == 1  # the table is described once


def test_its_report_shows_how_far_the_click_rates_can_be_relied_on(compared):
    _, folder, _ = compared
    html = (folder / "report.html").read_text(encoding="utf-8")
    values = json.loads(html.split('id="values">')[1].split("</script>")[0])
    assert values["leaderboard"] == json.loads((folder / "leaderboard.json").read_text())
    assert all(f"<h2>{title}</h2>" in html for title in ("Calibration", "Where it is good and bad"))
    assert "observed click rate, % (95 % interval)" in html
    assert "AUC of the group (95 % interval over users)" in html


def test_finished_runs_are_not_trained_again_and_others_refused(program, refusal, compared):
    command, folder, _ = compared
    before = pd.read_csv(folder / "leaderboard.csv")
    result = program(*command)
    assert "model wide_and_deep: trained before" in result.out
    assert "Epoch 1" not in result.out
    pd.testing.assert_frame_equal(pd.read_csv(folder / "leaderboard.csv")[["model", "auc"]], before[["model", "auc"]])
    assert "holds a finished run with training.seed 0, not 1" in refusal(*command, "--seed", 1)
    assert "holds a run on other data" in refusal(*command, "--split", "random")


@pytest.mark.parametrize(
    ("models", "said"), [("din,dcnn", "did you mean 'dcn'?"), (",", "for example --models din,dcn"), ("gru", "'gru'")]
)
def test_unknown_models_are_refused_before_anything_is_trained(refusal, ranking, tmp_path, models, said):
    assert said in refusal("compare", *ranking, "--models", models, "--out", tmp_path / "folder")
    assert not (tmp_path / "folder").exists()


def test_a_folder_of_other_files_is_refused(refusal, ranking, tmp_path):
    (tmp_path / "gru").mkdir()
    assert "'gru', which is not part of a comparison" in refusal(
        "compare", *ranking, "--models", "din", "--out", tmp_path
    )
