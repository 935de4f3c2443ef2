import json
import shutil

import pytest


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ([], "test"),
        (["--split", "validation"], "validation"),
        (["--keep-seen"], "test_keep_seen"),
    ],
)
def test_a_run_evaluates_to_the_figures_it_was_finished_with(program, trained, options, part):
    figures = json.loads(program("evaluate", trained.folder, "--json", *options).out)
    expected = {name: value for name, value in trained.metrics.items() if name.startswith(f"{part}/")}
    assert figures == pytest.approx(expected)


def test_people_get_a_table(program, trained):
    result = program("evaluate", trained.folder)
    assert "60 users, 20 items, seen items left out" in result.out
    row = next(line for line in result.out.splitlines() if "│ mrr@10 " in line)
    assert f"{trained.metrics['test/mrr@10']:.4f}" in row


@pytest.fixture
def moved(program, table, tiny, tmp_path):
    """A run on a table of its own."""
    shutil.copy(table, tmp_path / "mine.csv")
    command = ("train", "--data", tmp_path / "mine.csv", "--model", "simple_rnn", "--out", tmp_path / "run", *tiny)
    assert program(*command).status == 0
    return tmp_path


def test_data_that_changed_or_went_away_is_an_error_for_evaluation_and_none_for_export(program, refusal, moved):
    data, run = moved / "mine.csv", moved / "run"
    data.write_text(data.read_text() + "user_0,item_0,99\n")
    assert "has changed since" in refusal("evaluate", run)
    data.unlink()
    assert f"{data}, which {run} was trained on, is gone" in refusal("evaluate", run)
    assert "is gone" in refusal("export", run, moved / "dest", "--index", "ivf")
    assert program("export", run, moved / "dest").status == 0


def test_an_unfinished_run_is_refused(refusal, trained, tmp_path):
    shutil.copytree(trained.folder, tmp_path / "run")
    (tmp_path / "run" / "metrics.json").unlink()
    for command in (("evaluate", tmp_path / "run"), ("export", tmp_path / "run", tmp_path / "dest")):
        assert "is not finished" in refusal(*command)
    assert not (tmp_path / "dest").exists()


def test_a_folder_that_is_no_run_is_refused(refusal, tmp_path):
    for command in (("evaluate", tmp_path), ("export", tmp_path, tmp_path / "dest"), ("evaluate", tmp_path / "none")):
        assert "is not a run's folder" in refusal(*command)
    assert not (tmp_path / "dest").exists()


def test_weights_that_cannot_be_read_are_refused(refusal, trained, tmp_path):
    shutil.copytree(trained.folder, tmp_path / "run")
    for part in (tmp_path / "run" / "checkpoints" / "best").glob("*.data-*"):
        part.write_bytes(part.read_bytes()[:50])
    for command in (("evaluate", tmp_path / "run"), ("export", tmp_path / "run", tmp_path / "dest")):
        assert "cannot be read" in refusal(*command)
    assert not (tmp_path / "dest").exists()
