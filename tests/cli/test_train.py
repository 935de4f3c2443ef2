import csv
import json
import os
import shutil

import pandas as pd
import pytest

from tfrec_dl.families.run import Run
from tfrec_dl.retrieval.card import run_card

METRICS = ("ndcg@10", "hit_rate@10", "mrr@10", "precision@10", "recall@10")


def test_it_says_what_it_reads_splits_and_chooses(trained, table):
    lines = trained.out.splitlines()
    assert lines[:2] == [f"reading {table}", "480 interactions of 60 users with 20 items"]
    assert "360 interactions of 60 users to train on" in lines[2]
    assert "60 users to validate on, 60 to test on" in lines[2]
    assert "loss: full_softmax, exact, and cheap enough for 20 items (up to 20,000)" in lines
    assert any(
        line.startswith("optimiser: row-sparse Adam; with this loss every item has a gradient") for line in lines
    )
    assert any(line.startswith("memory: about ") for line in lines)
    assert "val_ndcg@10: " in trained.out
    assert trained.err == ""


def test_it_ends_with_test_metrics_intervals_and_where_things_are(trained):
    low, high = trained.metrics["test/ndcg@10/low"], trained.metrics["test/ndcg@10/high"]
    row = next(line for line in trained.out.splitlines() if "│ ndcg@10 " in line)
    assert f"{trained.metrics['test/ndcg@10']:.4f}" in row
    assert f"{low:.4f} to {high:.4f}" in row
    assert f"tensorboard --logdir {trained.folder / 'logs'}" in trained.out
    assert str(trained.folder / "history.csv") in trained.out


def test_the_run_holds_metrics_of_every_part_and_a_row_an_epoch(trained):
    for part in ("test", "validation", "test_keep_seen"):
        for metric in METRICS:
            low, value, high = (trained.metrics[f"{part}/{metric}{end}"] for end in ("/low", "", "/high"))
            assert low <= value <= high
    with (trained.folder / "history.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert float(row["seconds"]) > 0


def test_a_finished_run_of_other_settings_is_refused_before_the_table_is_read(refusal, trained):
    before = {path: path.stat().st_mtime_ns for path in trained.folder.rglob("*")}
    said = refusal("train", "--data", "gone.csv", "--model", "gru", "--out", trained.folder)
    assert said.startswith(f"error: {trained.folder} holds a finished run with ")
    assert {path: path.stat().st_mtime_ns for path in trained.folder.rglob("*")} == before


def test_an_unfinished_run_of_other_settings_is_refused_before_the_table_is_read(refusal, trained, tiny, tmp_path):
    out = tmp_path / "run"
    shutil.copytree(trained.folder, out)
    (out / "metrics.json").unlink()
    said = refusal("train", "--data", "gone.csv", "--model", "simple_rnn", "--out", out, *tiny, "--seed", 3)
    assert "training.seed 0, not 3: repeat its command" in said


def test_a_folder_of_other_files_is_refused_and_left_alone(refusal, tmp_path):
    (tmp_path / "thesis.tex").write_text("precious")
    assert "is not a run" in refusal("train", "--data", "gone.csv", "--model", "simple_rnn", "--out", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_folder_that_cannot_be_made_is_refused(refusal, tmp_path):
    file = tmp_path / "file"
    file.write_text("precious")
    assert f"{file} is a file" in refusal("train", "--data", "gone.csv", "--model", "simple_rnn", "--out", file / "run")
    assert file.read_text() == "precious"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_to_is_refused(refusal, tmp_path):
    tmp_path.chmod(0o500)
    try:
        assert "not writable" in refusal(
            "train", "--data", "gone.csv", "--model", "simple_rnn", "--out", tmp_path / "run"
        )
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--model", "grru"], "did you mean 'gru'?"),
        (["--model", "simple_rnn", "--set", "dimensoin=8"], "did you mean 'dimension'?"),
        (["--model", "simple_rnn", "--set", "dimension"], "is not KEY=VALUE"),
        (["--model", "simple_rnn", "--set", "dimension=wide"], "'wide'"),
        (["--model", "simple_rnn", "--batch-size", "0"], "batch_size is 0"),
        (["--model", "simple_rnn", "--set", "loss=hinge"], "'hinge'"),
    ],
)
def test_wrong_names_and_values_are_refused_before_the_table_is_read(refusal, tmp_path, options, said):
    assert said in refusal("train", "--data", "gone.csv", "--out", tmp_path / "run", *options)
    assert not (tmp_path / "run").exists()


def test_settings_reach_the_run(program, table, tiny, tmp_path):
    frame = pd.read_csv(table)
    frame["timestamp"] = frame["timestamp"] * 1_000 + frame.index  # no two at once
    frame.to_csv(tmp_path / "table.csv", index=False)
    options = ("--seed", 7, "--batch-size", 16, "--split", "temporal", "--set", "loss=bpr")
    command = ("train", "--data", tmp_path / "table.csv", "--model", "caser", "--out", tmp_path / "run")
    result = program(*command, *tiny, *options)
    assert result.status == 0, result.err
    assert "split temporal: 384 interactions of 60 users to train on" in result.out  # the last fifth is held out
    assert "loss: bpr, as set" in result.out
    assert "only the rows that a batch touches are updated" in result.out
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert config["recipe"]["training"]["seed"] == 7
    assert config["recipe"]["training"]["batch_size"] == 16
    assert config["recipe"]["model"]["dimension"] == 4


def test_random_split_is_that_of_the_run_and_of_its_card(program, table, tiny, tmp_path):
    command = ("train", "--data", table, "--model", "simple_rnn", "--out", tmp_path / "run", "--split", "random")
    result = program(*command, *tiny)
    assert result.status == 0, result.err
    assert "split random: 300 interactions of 60 users to train on" in result.out  # 5 of each user's 8
    run = Run.open(tmp_path / "run")
    assert [len(run.split().validation.targets.items), len(run.split().test.targets.items)] == [60, 120]
    assert run_card(run).split.startswith("random: a fifth of each user's interactions")


def test_columns_are_chosen_by_options(program, table, tiny, tmp_path):
    renamed = tmp_path / "renamed.csv"
    renamed.write_text(table.read_text().replace("user_id,item_id,timestamp", "who,what,when"))
    options = ("--user-column", "who", "--item-column", "what", "--time-column", "when")
    result = program("train", "--data", renamed, "--model", "simple_rnn", "--out", tmp_path / "run", *tiny, *options)
    assert result.status == 0, result.err
    assert "60 users with 20 items" in result.out
    assert "no times" not in result.out


def test_settings_that_the_file_lacks_name_the_option(refusal, table, tmp_path):
    renamed = tmp_path / "renamed.csv"
    renamed.write_text(table.read_text().replace("user_id,item_id", "userid,what"))
    command = ("train", "--data", renamed, "--model", "simple_rnn", "--out", tmp_path / "run")
    said = refusal(*command)
    assert "did you mean 'userid'?" in said
    assert "--user-column" in said
    assert "--item-column" in refusal(*command, "--user-column", "userid")
    assert "--time-column" in refusal(
        *command, "--user-column", "userid", "--item-column", "what", "--time-column", "t"
    )
    assert not (tmp_path / "run").exists()


def test_checkpoints_that_cannot_be_read_are_refused(program, refusal, table, tiny, trained, tmp_path):
    out = tmp_path / "run"
    shutil.copytree(trained.folder, out)
    (out / "metrics.json").unlink()  # as if killed before the end
    for checkpoint in (out / "checkpoints").rglob("ckpt-*"):
        checkpoint.write_bytes(b"noise")
    result = program("train", "--data", table, "--model", "simple_rnn", "--out", out, *tiny)
    assert result.status == 2
    warning, error = result.err.splitlines()
    assert "cannot be read" in warning
    assert error.startswith("error: no checkpoint in ")
    assert not (out / "metrics.json").exists()


def test_stack_is_trained_exported_and_refuses_figures_in_its_own_sample(program, refusal, table, tmp_path):
    run, dest = tmp_path / "run", tmp_path / "stack"
    network = ("--set", "members=simple_rnn", "--set", "dimension=4", "--set", "units=4")
    tiny = ("--epochs", "1", "--max-length", "8", "--set", "baselines=popularity,markov_chain", *network)
    result = program("train", "--data", table, "--model", "stacked", "--out", run, *tiny)
    assert result.status == 0, result.err
    assert "network: simple_rnn" in result.out
    assert "standardised scores: simple_rnn " in result.out
    assert str(run / "members") in result.out
    assert program("evaluate", run).status == 0
    assert "cross-fitted metrics on them are in" in refusal("evaluate", run, "--split", "validation")
    assert program("export", run, dest).status == 0
    assert "item_7" in program("recommend", dest, "--history", "item_5,item_6").out
