import json
import shutil

import pytest

from tfrec_dl.families.run import Run, open_run


@pytest.mark.parametrize("part", ["test", "validation"])
def test_a_run_evaluates_to_the_figures_it_was_finished_with(program, ranked, tmp_path, part):
    result = program("evaluate", ranked.folder, "--json", "--split", part, "--out", tmp_path / "new")
    expected = {name: value for name, value in ranked.metrics.items() if name.startswith(f"{part}/")}
    assert json.loads(result.out) == pytest.approx(expected)
    assert (tmp_path / "new" / f"reliability_{part}.md").exists()


def test_people_get_a_table_and_the_reliability(program, ranked, tmp_path):
    shutil.copytree(ranked.folder, tmp_path / "run")
    result = program("evaluate", tmp_path / "run")
    assert "din: 288 impressions in 72 lists" in result.out
    row = next(line for line in result.out.splitlines() if "│ group_auc " in line)
    assert f"{ranked.metrics['test/group_auc']:.4f}" in row
    text = (tmp_path / "run" / "reliability_test.md").read_text()
    before, after = text.split("## calibrated")
    assert "## uncalibrated" in before
    assert f"Expected calibration error {ranked.metrics['test/calibration_error']:.4f}" in after
    assert (tmp_path / "run" / "reliability_test.png").read_bytes().startswith(b"\x89PNG")
    assert str(tmp_path / "run" / "reliability_test.png") in result.out
    assert program("evaluate", tmp_path / "run").status == 0  # it may replace its own


@pytest.mark.parametrize("name", ["reliability_test.md", "reliability_test.png"])
def test_files_of_others_are_left_alone(refusal, ranked, tmp_path, name):
    (tmp_path / name).write_text("precious")
    assert f"{tmp_path / name} is not of an evaluation" in refusal("evaluate", ranked.folder, "--out", tmp_path)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(name, "precious")]


def test_options_of_the_other_task_are_refused(refusal, ranked, trained, tmp_path):
    assert "--keep-seen is for retrieval" in refusal("evaluate", ranked.folder, "--keep-seen")
    assert "--out is for ranking runs" in refusal("evaluate", trained.folder, "--out", tmp_path / "new")
    assert "--retrieval is for ranking runs" in refusal(
        "export", trained.folder, tmp_path / "dest", "--retrieval", trained.folder
    )
    assert "is a ranking run" in refusal("export", ranked.folder, tmp_path / "dest", "--retrieval", ranked.folder)
    assert not list(tmp_path.iterdir())


def test_runs_are_told_apart(ranked, trained):
    assert type(open_run(ranked.folder)) is Run
    assert type(open_run(trained.folder)) is Run


def test_a_folder_with_a_run_of_the_other_task_is_refused(refusal, ranked, trained, table, ranking, tmp_path):
    for source, name in ((ranked.folder, "ranker"), (trained.folder, "finder")):
        shutil.copytree(source, tmp_path / name)
        (tmp_path / name / "metrics.json").unlink()
    command = ("train", "--data", table, "--model", "simple_rnn", "--out", tmp_path / "ranker")
    assert "holds a run with name 'din', not 'simple_rnn'" in refusal(*command)
    assert "holds a run with name 'simple_rnn', not 'din'" in refusal("train", *ranking, "--out", tmp_path / "finder")
