"""Rating prediction from reviews on the command line: train, evaluate, compare, export."""

import json

import pandas as pd
import pytest

import tfrec_dl
from tests.worded_reviews import told_by_own_words

OPTIONS = ("--epochs", "1", "--batch-size", "32", "--set", "text.embedding=4", "--set", "filters=4")
TASK = ("--task", "reviews", *OPTIONS, "--rating-column", "stars", "--text-column", "text")


@pytest.fixture(scope="module")
def reviews(tmp_path_factory):
    """80 reviews of 16 users."""
    path = tmp_path_factory.mktemp("data") / "reviews.csv"
    found = told_by_own_words(users=16, items=12, each=5)
    columns = {"user_id": found.user_ids[found.users], "item_id": found.item_ids[found.items]}
    pd.DataFrame({**columns, "stars": found.ratings, "text": found.texts}).to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def rated(program, reviews, tmp_path_factory):
    """A finished run, not to be written to: folder, output, metrics."""
    folder = tmp_path_factory.mktemp("runs") / "deep_conn"
    result = program("train", *TASK, "--data", reviews, "--out", folder)
    assert result.status == 0, result.err
    return folder, result.out, json.loads((folder / "metrics.json").read_text())


def test_training_ends_with_test_metrics_beside_the_baseline(rated):
    _, printed, metrics = rated
    assert "80 reviews by 16 users of 12 items" in printed
    for name in ("rmse", "mse", "mae"):
        row = next(line for line in printed.splitlines() if f"│ {name} " in line)
        for part in ("test", "test_bias"):
            value, low, high = (metrics[f"{part}/{name}{end}"] for end in ("", "/low", "/high"))
            assert f"{value:.4f}" in row
            assert f"{low:.4f} to {high:.4f}" in row
    assert f"rmse minus that of rating_bias: {metrics['test_gain/rmse']:+.4f}" in printed


@pytest.mark.parametrize("part", ["test", "validation"])
def test_a_run_evaluates_to_the_metrics_it_was_finished_with(program, rated, part):
    folder, _, metrics = rated
    result = program("evaluate", folder, "--json", "--split", part)
    assert json.loads(result.out) == pytest.approx({k: v for k, v in metrics.items() if k.startswith(f"{part}/")})
    assert "deep_conn: 8 ratings" in program("evaluate", folder, "--split", part).out


def test_model_and_baseline_stand_on_one_leaderboard(program, reviews, tmp_path):
    result = program("compare", *TASK, "--data", reviews, "--models", "deep_conn", "--out", tmp_path / "folder")
    assert result.status == 0, result.err
    board = pd.read_csv(tmp_path / "folder" / "leaderboard.csv")
    assert set(board["model"]) == {"deep_conn", "rating_bias"}
    assert board["rmse"].is_monotonic_increasing
    assert {"mse", "mae", "difference", "p", "stars", "seconds"} <= set(board)
    assert board["difference"][0] == 0
    assert "test ratings" in result.out
    assert "| model | family | rmse | 95 % interval |" in (tmp_path / "folder" / "leaderboard.md").read_text()


def test_an_export_rates_as_the_run(program, rated, tmp_path):
    folder, _, _ = rated
    result = program("export", folder, tmp_path / "ratings")
    assert result.status == 0, result.err
    (card,) = (tmp_path / "ratings").rglob("model_card.md")
    assert str(card) in result.out
    assert "80 reviews by 16 users of 12 items" in card.read_text()
    pairs = ["user_0", "nobody"], ["item_1", "item_1"]
    expected = tfrec_dl.open_run(folder).model().predict_ratings(*pairs)
    assert tfrec_dl.reviews.load_ratings(tmp_path / "ratings").predict_ratings(*pairs) == pytest.approx(
        expected, abs=1e-5
    )


def test_options_of_other_tasks_are_refused(refusal, rated, reviews, tmp_path):
    folder, _, _ = rated
    assert "--keep-seen is for other tasks" in refusal("evaluate", folder, "--keep-seen")
    assert "--retrieval is for ranking runs" in refusal("export", folder, tmp_path / "dest", "--retrieval", folder)
    assert "holds a finished run" in refusal("train", *TASK, "--data", reviews, "--out", folder, "--seed", 77)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--split", "temporal"), "--split temporal is not available for --task reviews"),
        (("--items", "items.csv"), "--items is not an option of --task reviews"),
        (("--label", "click"), "--label is an option of --task ranking"),
        (("--model", "gru"), "'gru' is a recipe of --task retrieval"),
        (("--model", "deepconn"), "did you mean 'deep_conn'?"),
        (("--set", "reader=attention"), "review reader"),
    ],
    ids=str,
)
def test_what_reviews_do_not_have_is_refused(refusal, reviews, tmp_path, options, message):
    assert message in refusal("train", *TASK, "--data", reviews, "--out", tmp_path / "run", *options)
    assert not (tmp_path / "run").exists()


def test_a_missing_column_is_named_with_its_option(refusal, reviews, tmp_path):
    said = refusal("train", "--task", "reviews", "--data", reviews, "--text-column", "text", "--out", tmp_path / "run")
    assert "'rating'" in said
    assert "--rating-column names it" in said


def test_models_lists_it_with_settings_that_can_be_set(program):
    printed = program("models").out.split("for --task reviews\n")[1]
    recipe = tfrec_dl.get_recipe("deep_conn")
    assert f"deep_conn\n  {recipe.source}\n" in printed
    assert "model.reader is concatenated_reviews or review_attention" in printed
    assert "model.dimension=16" in printed
    assert recipe.with_settings({"reader": "review_attention", "dimension": 4}).model.reader.name == "review_attention"
