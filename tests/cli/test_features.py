"""Features of items and of users on the command line."""

import json

import numpy as np
import pandas as pd
import pytest

from tests.synthetic import cyclic_interactions

TEXT = ("--set", "text.filters=4", "--set", "text.embedding=4")


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Interactions; items with words, genres and pages, two of them never met and one met without features; users."""
    folder = tmp_path_factory.mktemp("tables")
    cyclic_interactions(users=60, items=20, length=8).to_csv(folder / "table.csv", index=False)
    items = pd.DataFrame({"item_id": [f"item_{item}" for item in range(1, 22)]})
    items["title"] = [f"the book of {word} number {item % 3}" for item, word in enumerate("abcdefghijklmnopqrstu")]
    items["genres"] = [("war|drama", "drama", "comedy|war")[item % 3] for item in range(21)]
    items["pages"] = np.arange(21) * 10 + 100
    items["publisher"] = "one"
    items.to_csv(folder / "items.csv", index=False)
    users = pd.DataFrame({"user_id": [f"user_{user}" for user in range(59)], "age": np.arange(59) % 50})
    users.to_csv(folder / "users.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def hybrid(program, tables, tiny, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "run"
    command = ("train", "--data", tables / "table.csv", "--model", "simple_rnn", "--out", out, *tiny, *TEXT)
    options = ("--items", tables / "items.csv", "--users", tables / "users.csv", "--item-feature", "pages=category")
    result = program(*command, *options)
    assert result.status == 0, result.err
    return out, result.out


def test_features_are_shown_with_kind_share_and_example(hybrid, tables):
    _, printed = hybrid
    assert f"features of items: {tables / 'items.csv'}" in printed.replace("\n", "")
    rows = {line.split("│")[1].strip(): line for line in printed.splitlines() if line.count("│") == 6}
    assert "text" in rows["title"]
    assert "the book of a number 0" in rows["title"]
    assert "3 distinct, 1.67 per row" in rows["genres"]
    assert "category" in rows["pages"]
    assert "ignored" in rows["publisher"]
    assert "number" in rows["age"]
    assert "if a kind is wrong: --item-feature NAME=KIND, or NAME=ignore" in printed
    assert "if a kind is wrong: --user-feature NAME=KIND, or NAME=ignore" in printed


def test_coverage_is_said_before_training(hybrid):
    _, printed = hybrid
    (said,) = (line for line in printed.splitlines() if line.startswith("items: features for"))
    assert "for 19 of 20 ids in the interactions; 1 without ('item_0'); 2 in the catalogue only ('item_20'," in said
    assert "users: features for 59 of 60 ids in the interactions; 1 without" in printed
    assert "with this loss the features of every item are read at every step" in printed


def test_items_with_features_make_a_hybrid(hybrid):
    out, _ = hybrid
    config = json.loads((out / "config.json").read_text())
    assert config["recipe"]["model"]["kind"] == "hybrid"
    assert config["recipe"]["model"]["content"]["text"]["filters"] == 4
    assert config["features"]["items"]["kinds"] == {"title": "text", "genres": "multi_category", "pages": "category"}
    assert config["features"]["users"]["kinds"] == {"age": "number"}
    assert config["data_size"]["items_in_vocabulary"] == 22


def test_run_over_features_is_evaluated_as_it_was_measured(program, hybrid):
    out, _ = hybrid
    result = program("evaluate", out, "--json")
    assert result.status == 0, result.err
    metrics = json.loads((out / "metrics.json").read_text())
    assert json.loads(result.out).items() <= metrics.items()


def test_cold_start_split_ends_with_warm_and_cold_figures(program, tables, tiny, tmp_path):
    command = (
        "train",
        "--data",
        tables / "table.csv",
        "--model",
        "simple_rnn",
        "--out",
        tmp_path / "run",
        *tiny,
        *TEXT,
    )
    result = program(*command, "--items", tables / "items.csv", "--kind", "content", "--split", "cold-start")
    assert result.status == 0, result.err
    heading = next(line for line in result.out.splitlines() if "warm items" in line)
    assert "cold items" in heading
    metrics = json.loads((tmp_path / "run" / "metrics.json").read_text())
    row = next(line for line in result.out.splitlines() if "│ ndcg@10 " in line)
    for part in ("test", "test_warm", "test_cold"):
        assert f"{metrics[f'{part}/ndcg@10']:.4f}" in row
    again = program("evaluate", tmp_path / "run", "--json")
    assert again.status == 0, again.err
    figures = json.loads(again.out)
    assert {name.split("/")[0] for name in figures} == {"test", "test_cold", "test_warm", "test_all"}
    assert figures.items() <= metrics.items()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--item-feature", "title"], "--item-feature 'title' is not NAME=KIND: the kinds are text, category"),
        (["--item-feature", "title=words"], "--item-feature 'title=words' is not NAME=KIND"),
        (["--item-feature", "=text"], "--item-feature '=text' is not NAME=KIND"),
        (["--item-feature", "titel=text"], "no column 'titel' in"),
        (["--item-feature", "title=number"], "column 'title', line 2"),
        (
            ["--user-feature", "age=text"],
            "'age=text' describes a table that is not given: add --users PATH",
        ),
        (["--users", "gone.csv"], "gone.csv"),
        (["--kind", "behaviour"], "features of items are given, but kind is 'behaviour'"),
        (["--set", "kind=behaviour"], "features of items are given, but kind is 'behaviour'"),
        (["--set", "text.filters=0"], "setting model.content.text.filters is '0'"),
    ],
)
def test_wrong_features_are_refused_before_anything_is_written(refusal, tables, tmp_path, options, said):
    command = ("train", "--data", tables / "table.csv", "--model", "simple_rnn", "--out", tmp_path / "run")
    assert said in refusal(*command, "--items", tables / "items.csv", *options)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--kind", "content"], "kind is 'content', which needs the items' features"),
        (["--item-feature", "title=text"], "describes a table that is not given: add --items PATH"),
        (["--items", "gone.csv"], "gone.csv"),
    ],
)
@pytest.mark.parametrize("command", [("train", "--model"), ("compare", "--models")])
def test_kind_or_choice_without_a_table_is_refused(refusal, tables, tmp_path, command, options, said):
    name, models = command
    out = tmp_path / "out"
    assert said in refusal(name, "--data", tables / "table.csv", models, "simple_rnn", "--out", out, *options)
    assert not out.exists()


def test_compare_reads_features_once_and_goes_on_where_it_was(program, tables, tiny, tmp_path):
    command = ("compare", "--data", tables / "table.csv", "--models", "simple_rnn", "--out", tmp_path / "board", *TEXT)
    options = ("--items", tables / "items.csv", "--kind", "content", *tiny)
    first = program(*command, *options)
    assert first.status == 0, first.err
    again = program(*command, *options)
    assert again.status == 0, again.err
    for printed in (first.out, again.out):
        assert printed.count("features of items") == 1
    assert "model simple_rnn: trained before" in again.out
    table = pd.read_csv(tmp_path / "board" / "leaderboard.csv")
    assert "simple_rnn" in set(table["model"])


def test_comparison_on_a_cold_start_split_ranks_by_cold_items(program, tables, tiny, tmp_path):
    command = (
        "compare",
        "--data",
        tables / "table.csv",
        "--models",
        "simple_rnn",
        "--out",
        tmp_path / "compared",
        *tiny,
        *TEXT,
    )
    result = program(*command, "--items", tables / "items.csv", "--split", "cold-start")
    assert result.status == 0, result.err
    for name in ("simple_rnn", "random", "held_out_popularity", "tf_idf"):
        assert f"{name} " in result.out
    header = (tmp_path / "compared" / "leaderboard.csv").read_text().splitlines()[0].split(",")
    assert header[:3] == ["model", "family", "cold"]
    assert {"warm", "all"} <= set(header)
