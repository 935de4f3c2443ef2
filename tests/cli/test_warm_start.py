"""`tfrec-dl train --from`."""

import json


def test_a_run_is_gone_on_from_for_a_fifth_of_its_epochs(program, trained, table, tmp_path):
    shown = program("train", "--from", trained.folder, "--data", table, "--out", tmp_path / "next")
    assert shown.status == 0, shown.err
    assert "20 of 20 items are known" in shown.out
    before, after = (
        json.loads((folder / "config.json").read_text())["recipe"] for folder in (trained.folder, tmp_path / "next")
    )
    assert after["model"] == before["model"]
    assert after["training"]["epochs"] == -(-before["training"]["epochs"] // 5)


def test_another_model_or_task_and_runs_that_cannot_be_gone_on_from_are_refused(
    refusal, trained, ranked, table, tmp_path
):
    given = ("--data", table, "--out", tmp_path / "next")
    assert "leave --model gru out" in refusal("train", "--from", trained.folder, "--model", "gru", *given)
    assert "cannot continue from a run" in refusal("train", "--from", ranked.folder, *given)
    assert "is not a run's folder" in refusal("train", "--from", tmp_path, *given)
    assert not (tmp_path / "next").exists()
