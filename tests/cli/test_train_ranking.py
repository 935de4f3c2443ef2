import json


def test_it_says_what_it_reads_splits_and_chooses(ranked, log):
    lines = ranked.out.splitlines()
    assert lines[:2] == [f"reading {log}", "1,440 impressions of 12 items to 60 users, 360 lists"]
    assert any(line.startswith("clicks: ") and line.endswith(" %") for line in lines)
    assert (
        "positions: column 'position' is used in training; when served, all candidates have the same position" in lines
    )
    features = {cells[1].strip(): cells[2].strip() for line in lines if len(cells := line.split("│")) > 2}
    assert features["price"] == "number"
    assert features["device"] == "category"
    assert not {"stars", "position", "click"} & set(features)
    (split,) = (line for line in lines if line.startswith("split temporal: "))
    assert "1,008 in 252 lists to train on, 144 in 36 lists to validate on, 288 in 72 lists to test on" in split
    assert "network: din" in lines  # where no other is named
    assert (
        "objective of clicks: choice, because no list has more than one click, and its candidates compete for it"
        in lines
    )
    assert "candidates are ordered by the probability of a click" in lines
    assert "val_ndcg: " in ranked.out
    assert ranked.err == ""


def test_it_ends_with_test_figures_and_intervals(ranked):
    for name in ("auc", "log_loss", "normalised_entropy", "calibration_error", "ndcg", "ctr@1"):
        row = next(line for line in ranked.out.splitlines() if f"│ {name} " in line)
        value, low, high = (ranked.metrics[f"test/{name}{end}"] for end in ("", "/low", "/high"))
        assert f"{value:.4f}" in row
        assert f"{low:.4f} to {high:.4f}" in row


def test_settings_and_columns_reach_the_run(ranked, log):
    config = json.loads((ranked.folder / "config.json").read_text())
    assert config["task"] == "ranking"
    assert (config["recipe"]["model"]["dimension"], config["recipe"]["training"]["max_length"]) == (4, 4)
    data = config["data"]
    assert (data["path"], data["lists"], data["position"]) == (str(log), ["request"], "position")
    assert data["feedback"]["click"] == "click"


def test_a_finished_run_is_refused_before_the_table_is_read(refusal, ranked):
    options = ("--data", "gone.csv", "--label", "click", "--out", ranked.folder, "--seed", 77)
    said = refusal("train", "--task", "ranking", *options)
    assert "holds a finished run" in said


def test_conversions_of_clicks_alone_have_their_words_and_figures(program, log, ranking, tmp_path):
    options = ("--model", "wide_and_deep", "--conversion-column", "order", "--set", "trained_on=clicks")
    kept = [option for option in ranking if option != "order=ignore"][:-1]  # with its --context-feature, the last
    result = program("train", *kept, *options, "--set", "click=click", "--out", tmp_path / "run")
    assert result.status == 0, result.err
    assert "objective of clicks: click, as set" in result.out
    assert "objective of conversions: conversion, over the clicks alone" in result.out
    assert "candidates are ordered by the probability of a click that converts" in result.out
    assert any("│ ctcvr_auc " in line for line in result.out.splitlines())


def test_ratings_are_learnt_as_numbers_and_by_rows(program, log, tmp_path):
    options = ("--label", "stars", "--split", "random", "--model", "wide_and_deep", "--context-feature", "click=ignore")
    tiny = ("--task", "ranking", "--epochs", 1, "--batch-size", 256, "--set", "dimension=4")
    command = ("train", "--data", log, *options, "--context-feature", "request=ignore", "--out", tmp_path / "run")
    result = program(*command, *tiny)
    assert result.status == 0, result.err
    assert "no lists: each row is a list of its own" in result.out
    assert "ratings: 1 to 5, mean " in result.out
    assert "objective of ratings: rating, squared_error" in result.out
    assert "split random: impressions: 1,008 to train on" in result.out
    figures = json.loads(program("evaluate", tmp_path / "run", "--json").out)
    assert figures["test/rmse/low"] < figures["test/rmse"] < figures["test/rmse/high"]
    assert not list((tmp_path / "run").glob("reliability*"))  # ratings have none
