"""`tfrec-dl prepare`, and the commands that take what it made."""

import json
import shutil

import pandas as pd
import pytest

pytest.importorskip("duckdb")


@pytest.fixture(scope="module")
def folder(program, table, tmp_path_factory):
    """Not to be written to: the folder, and what the program said."""
    out = tmp_path_factory.mktemp("prepared") / "folder"
    result = program("prepare", "--data", table, "--out", out, "--shards", 4)
    assert result.status == 0, result.err
    assert result.err == ""
    return out, result.out


@pytest.fixture(scope="module")
def run(program, folder, tiny, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "run"
    result = program("train", "--data", folder[0], "--model", "simple_rnn", "--out", out, *tiny)
    assert result.status == 0, result.err
    return out, result.out


def test_it_says_what_became_of_every_row(folder):
    out, said = folder
    assert said.splitlines() == [
        "reading",
        "sorting",
        "writing",
        "480 interactions of 60 users with 20 items in 4 shards; 20 items in the vocabulary",
        "480 rows in = 360 to train on + 0 of rare items + 60 to validate on + 60 to test on",
        "60 of 60 users drawn to validate and test on",
        f"next: tfrec-dl train --data {out} --model gru --out RUN",
    ]


def test_columns_are_those_of_the_options_and_files_may_be_many(program, table, folder, tmp_path):
    frame = pd.read_csv(table).set_axis(["who", "what", "when"], axis="columns").assign(strength=1.5)
    frame[:200].to_parquet(tmp_path / "a.parquet")
    frame[200:].to_csv(tmp_path / "b.csv.gz", index=False)
    columns = ("--user-column", "who", "--item-column", "what", "--time-column", "when", "--weight-column", "strength")
    options = ("--min-count", 2, "--evaluation-users", 7, "--memory-limit", "200MB", "--seed", 3)
    data = ("--data", tmp_path / "a.parquet", "--data", tmp_path / "*.gz")
    result = program("prepare", *data, "--out", tmp_path / "out", *columns, *options)
    assert result.status == 0, result.err
    assert "7 of 60 users drawn" in result.out
    manifest = json.loads((tmp_path / "out" / "prepared.json").read_text())
    assert manifest["columns"] == {"user": "who", "item": "what", "time": "when", "weight": "strength"}
    assert [file["rows"] for file in manifest["table"]] == [200, 280]
    assert (tmp_path / "out" / "vocabulary.txt").read_bytes() == (folder[0] / "vocabulary.txt").read_bytes()


def test_training_says_what_it_reads_and_its_run_is_evaluated_and_exported(program, folder, run, tmp_path):
    out, said = run
    assert said.splitlines()[:3] == [
        f"prepared folder {folder[0]}: 4 shards, read again each pass",
        "480 interactions of 60 users with 20 items; 60 of 60 users to validate and test on",
        "split leave-last-out: 360 interactions to train on, 20 items",
    ]
    metrics = json.loads((out / "metrics.json").read_text())
    result = program("evaluate", out, "--json")
    assert result.status == 0, result.err
    found = json.loads(result.out[result.out.index("{") :])
    assert found["test/ndcg@10"] == pytest.approx(metrics["test/ndcg@10"])
    result = program("export", out, tmp_path / "export", "--index", "ivf")
    assert result.status == 0, result.err
    assert "index: 20 items are searched exactly; lists of items pay off from 50,000 on." in result.out
    card = (tmp_path / "export" / "1" / "assets.extra" / "model_card.md").read_text()
    assert "folder: 480 interactions of 60 users with 20 items" in card


def test_a_run_goes_on_with_what_was_appended(program, folder, run, tmp_path):
    """New items are the last of known users; one user is new, whose items are known."""
    known = [f"user_{user}" for user in range(30)]
    new = pd.DataFrame({"user_id": known * 3 + ["somebody"] * 3})
    new["item_id"] = ["fresh"] * 30 + ["item_1"] * 30 + ["item_2"] * 30 + ["item_1", "item_2", "item_3"]
    new.assign(timestamp=range(10_000, 10_093)).to_csv(tmp_path / "new.csv", index=False)
    grown = ("--from", folder[0], "--data", tmp_path / "new.csv", "--out", tmp_path / "grown")
    result = program("prepare", *grown)
    assert result.status == 0, result.err
    said = result.out.splitlines()
    assert said[3].startswith("573 interactions of 61 users with 21 items in 4 shards; 21 items in the vocabulary")
    assert said[-1] == f"next: tfrec-dl train --data {tmp_path / 'grown'} --from RUN --out NEW"
    out = tmp_path / "run"
    result = program("train", "--from", run[0], "--data", tmp_path / "grown", "--out", out, "--epochs", 1)
    assert result.status == 0, result.err
    assert "20 of 21 items are known; of 1 new ones, 1 begin between neighboring items" in result.out
    (start,) = json.loads((out / "warm_start.json").read_text())["starts"]
    assert (start["items_known"], start["items_new"], start["interactions"]) == (20, 1, 480)


def test_test_cases_are_those_of_a_run_on_the_table(run, trained):
    """Every user is drawn here, so the histories are the same; what popularity alone would reach too."""
    config = json.loads((run[0] / "config.json").read_text())
    expected = json.loads((trained.folder / "config.json").read_text())
    assert config["data_size"] == expected["data_size"]
    assert (run[0] / "vocabulary.txt").read_text() == (trained.folder / "vocabulary.txt").read_text()


def test_an_interrupted_run_goes_on_to_the_same_end(program, folder, tiny, tmp_path, monkeypatch):
    from tfrec_dl.runs.resumable import ResumableTraining

    def command(out):
        return ("train", "--data", folder[0], "--model", "simple_rnn", "--out", tmp_path / out, *tiny, "--epochs", 3)

    def interrupt(callback, epoch, logs=None):
        if epoch == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(ResumableTraining, "on_epoch_begin", interrupt)
        assert program(*command("run")).status == 130
    for out in ("run", "whole"):
        result = program(*command(out))
        assert result.status == 0, result.err
    metrics = [(tmp_path / out / "metrics.json").read_text() for out in ("run", "whole")]
    assert metrics[0] == metrics[1]


def test_a_changed_or_damaged_folder_is_noticed(program, refusal, folder, run, table, tmp_path):
    moved = tmp_path / "folder"
    shutil.copytree(folder[0], moved)
    shard = next((moved / "shards").iterdir())
    shard.write_bytes(shard.read_bytes()[:-1])
    assert "is missing or not what was prepared" in refusal(
        "train", "--data", moved, "--model", "simple_rnn", "--out", tmp_path / "r"
    )

    own = tmp_path / "run"
    shutil.copytree(run[0], own)
    other = tmp_path / "other"
    assert program("prepare", "--data", table, "--out", other, "--shards", 2).status == 0
    config = json.loads((own / "config.json").read_text())
    config["data"]["prepared"] = str(other)
    (own / "config.json").write_text(json.dumps(config))
    assert "has changed since" in refusal("evaluate", own)
    shutil.rmtree(other)
    assert "is gone: bring it back" in refusal("evaluate", own)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--split", "temporal"], "--split is for a table"),
        (["--time-column", "day"], "--time-column is for a table"),
        (["--items", "items.csv"], "--items is for a table"),
        (["--rating-column", "stars"], "--rating-column is for a table"),
        (["--model", "mult_dae"], "need the table itself"),
        (["--model", "stacked"], "needs the table in memory"),
        (["--model", "irgan"], "needs the table in memory"),
        (["--kind", "content"], "features"),
    ],
)
def test_what_needs_the_table_is_refused(refusal, folder, tmp_path, options, said):
    model = [] if "--model" in options else ["--model", "simple_rnn"]
    assert said in refusal("train", "--data", folder[0], "--out", tmp_path / "run", *model, *options)
    assert not (tmp_path / "run").exists()


def test_other_commands_say_that_they_need_the_table(refusal, folder, tmp_path):
    said = refusal("compare", "--data", folder[0], "--models", "simple_rnn", "--out", tmp_path / "out")
    assert "prepared folder" in said
    said = refusal("train", "--task", "ranking", "--data", folder[0], "--out", tmp_path / "out", "--label", "c")
    assert "prepared folder" in said


def test_an_unfinished_folder_is_not_trained_on(refusal, folder, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "preparing.json").write_text("{}")
    said = refusal("train", "--data", tmp_path / "folder", "--model", "simple_rnn", "--out", tmp_path / "run")
    assert "is not finished: run the same `tfrec-dl prepare` command again" in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--min-count", 0], "'min_count' is 0"),
        (["--shards", 0], "'shards' is 0"),
        (["--memory-limit", "plenty"], "'memory_limit' is 'plenty' (write a number and KB, MB, GB or TB)"),
        (["--user-column", "usr"], "did you mean 'user_id'?"),
        (["--item-column", "user_id"], "is named as both"),
        (["--from", "nowhere"], "nowhere is not a prepared folder"),
    ],
)
def test_wrong_options_are_refused_before_anything_is_written(refusal, table, tmp_path, options, said):
    assert said in refusal("prepare", "--data", table, "--out", tmp_path / "out", *options)
    assert not (tmp_path / "out").exists()


def test_a_finished_folder_is_not_overwritten(refusal, folder, table):
    assert "holds a finished preparation with seed" in refusal(
        "prepare", "--data", table, "--out", folder[0], "--seed", 9
    )


def test_interrupted_it_says_how_to_go_on_and_goes_on(program, table, folder, tmp_path, monkeypatch):
    from tfrec_dl.cli.bars import Bars

    def interrupt(bars, stage, done, total):
        if stage == "sorting" and done == 2:
            raise KeyboardInterrupt

    command = ("prepare", "--data", table, "--out", tmp_path / "out", "--shards", 4)
    with monkeypatch.context() as patched:
        patched.setattr(Bars, "show", interrupt)
        result = program(*command)
    assert result.status == 130
    assert result.err == "interrupted: the same command continues it\n"
    assert program(*command).status == 0
    assert (tmp_path / "out" / "evaluation.parquet").read_bytes() == (folder[0] / "evaluation.parquet").read_bytes()
