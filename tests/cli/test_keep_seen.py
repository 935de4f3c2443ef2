"""Data in which people come back to the same items, and tables in which each event is written twice."""

import json

import numpy as np
import pandas as pd
import pytest

import tfrec_dl


@pytest.fixture(scope="module")
def songs(tmp_path_factory):
    """60 users who play the same three of 12 songs in turn, eight times."""
    draw = np.random.default_rng(0)
    rows = [
        (f"u{user}", f"s{song}", time)
        for user in range(60)
        for time, song in enumerate(np.tile(draw.permutation(12)[:3], 4))
    ]
    path = tmp_path_factory.mktemp("data") / "songs.csv"
    pd.DataFrame(rows, columns=["user_id", "item_id", "timestamp"]).to_csv(path, index=False)
    return path


@pytest.mark.parametrize("command", ["train --model simple_rnn", "train --model irgan", "compare --models stacked"])
def test_masking_that_leaves_nothing_to_validate_is_refused_before_anything_is_written(
    refusal, songs, tmp_path, command
):
    line = refusal(*command.split(), "--data", songs, "--out", tmp_path / "run")
    assert "60 of the 60 validation targets are in their users' histories" in line
    assert "--keep-seen" in line
    assert "--duplicates last" in line
    assert not (tmp_path / "run").exists()


def test_seen_items_are_kept_from_validation_to_the_export(program, songs, tmp_path, tiny):
    run, dest = tmp_path / "run", tmp_path / "dest"
    options = ("--data", songs, "--keep-seen", *tiny, "--set", "learning_rate=0.05")
    result = program("train", "--model", "simple_rnn", "--out", run, *options)
    assert "items of the history kept" in result.out, result.err
    assert json.loads((run / "config.json").read_text())["recipe"]["training"]["keep_seen"] is True
    metrics = json.loads((run / "metrics.json").read_text())
    assert metrics["validation/ndcg@10"] > 0
    assert metrics["test/ndcg@10"] == metrics["test_keep_seen/ndcg@10"] > 0
    opened = tfrec_dl.open_run(run)
    task, dataset = opened.recipe.family.task, opened.dataset()
    lines = [*task.entries(opened, dataset), next(task.baseline_entries(dataset, [opened.recipe]))]
    board = tfrec_dl.leaderboard(lines).set_index("model")
    assert board.loc["simple_rnn", "ndcg@10"] == pytest.approx(metrics["test/ndcg@10"])
    assert (board["ndcg@10"] > 0).all()
    evaluated = json.loads(program("evaluate", run, "--json").out)
    assert evaluated["test/ndcg@10"] == pytest.approx(metrics["test/ndcg@10"])
    assert json.loads(program("evaluate", run, "--mask-seen", "--json").out)["test_mask_seen/ndcg@10"] == 0

    assert program("export", run, dest).status == 0
    recommender = tfrec_dl.load(dest)
    assert "s0" in dict(recommender.recommend([["s0", "s1"]], k=12)[0])
    assert "s0" not in dict(recommender.recommend([["s0", "s1"]], k=12, exclude=[["s0"]])[0])
    assert "are recommended again" in (dest / "1" / "assets.extra" / "model_card.md").read_text()


def test_repeats_are_dropped_or_refused_by_an_option(refusal, songs, tmp_path, tiny):
    command = ("train", "--data", songs, "--model", "simple_rnn", "--out", tmp_path / "run", *tiny, "--duplicates")
    assert "repeats user 'u0' with item" in refusal(*command, "error")
    assert "no user has two interactions (60 users)" in refusal(*command, "last")  # one of three is left to train on
