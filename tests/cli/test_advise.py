"""`tfrec-dl advise`, and `train --model auto`."""

import json

import pytest

from benchmarks.known_tables import order_alone


@pytest.fixture(scope="module")
def clicks(tmp_path_factory):
    path = tmp_path_factory.mktemp("advice") / "clicks.csv"
    order_alone().to_csv(path, index=False)
    return path


def test_advice_is_printed_with_its_cost_and_the_command(program, clicks):
    shown = program("advise", "--data", clicks).out
    assert "take gru: about " in shown
    assert f"tfrec-dl train --data {clicks} --model gru --refit --out runs/gru" in shown
    assert "and at most as much again for the refit" in shown
    assert "transitions of shuffled histories" in shown
    assert "docs/benchmarks/retrieval.md: Counts of transitions" in shown


def test_train_takes_the_recipe_that_is_advised(program, clicks, tmp_path, tiny):
    shown = program(
        "train", "--data", clicks, "--model", "auto", *tiny, "--set", "refit=false", "--out", tmp_path / "run"
    )
    assert shown.status == 0, shown.err
    assert "auto: gru" in shown.out
    assert "(--refit)" in shown.out  # advised, and refused by a setting
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert config["recipe"]["name"] == "gru"
    assert not config["recipe"]["training"]["refit"]


def test_what_is_advised_gives_way_where_it_cannot_be(program, clicks, tmp_path, tiny):
    """A study compares on validation, and a perturbation goes on from a network: neither is trained once more."""
    studied = program("tune", "--data", clicks, "--model", "auto", *tiny, "--trials", "1", "--out", tmp_path / "study")
    assert studied.status == 0, studied.err
    perturbed = ("--set", "perturbation=adversarial", "--out", tmp_path / "perturbed")
    shown = program("train", "--data", clicks, "--model", "auto", *tiny, *perturbed)
    assert shown.status == 0, shown.err


def test_a_prepared_folder_has_no_table_to_advise_on(refusal, tmp_path):
    (tmp_path / "prepared.json").write_text("{}")
    assert "give the table" in refusal("advise", "--data", tmp_path)
    assert "name a recipe" in refusal("train", "--data", tmp_path, "--model", "auto", "--out", tmp_path / "run")
