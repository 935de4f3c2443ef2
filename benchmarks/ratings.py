"""Rating prediction on MovieLens: RMSE of the rankers on random 90/10 splits, beside Surprise's SVD and SVD++.

    python -m benchmarks.ratings ml-100k             # five splits
    python -m benchmarks.ratings ml-1m               # one
    python -m benchmarks.ratings ml-100k --validate  # the validation parts alone: to choose settings

A ranker reads the user's other training ratings, the items' genres and years, and the users' age, gender and
occupation. Of the 90 %, it holds out a twentieth of all ratings for choosing the best epoch and trains on the rest.
Surprise's models train on the whole 90 %. The test parts are those of `split_at_random` with seeds 0, 1, ... Settings,
including those of SVD++, were chosen on validation parts. The first start installs Surprise into a separate
environment.
"""

import csv
import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer

import tfrec_dl  # noqa: F401  (selects Keras 2)
from tfrec_dl.evaluation.ratings import RatingReport, paired_rating_difference, pooled
from tfrec_dl.families.run import Run
from tfrec_dl.lifecycle.train import train
from tfrec_dl.ranking.data.feedback import RATING, Feedback
from tfrec_dl.ranking.data.source import RankingSource
from tfrec_dl.ranking.data.splits import ImpressionSplit
from tfrec_dl.ranking.evaluate import evaluate_ranking
from tfrec_dl.ranking.rows import ranking_rows
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.recipes.recipe import Recipe

EXTERNAL = Path(__file__).resolve().parent / "external" / "surprise_ratings.py"
AGES = (0, 18, 21, 25, 30, 35, 40, 45, 50, 56, 200)  # limits of groups of users
SPLITS = {"ml-100k": 5, "ml-1m": 1}
SURPRISE: dict[str, dict[str, dict[str, Any]]] = {
    "ml-100k": {"SVD": {}, "SVD++": {}, "SVD++, tuned": {"n_factors": 40, "n_epochs": 60, "reg_all": 0.1}},
    "ml-1m": {"SVD": {}, "SVD++": {}},
}
SHARED: dict[str, Any] = {
    "regularization": 0.05,
    "embedding_dropout": 0.1,
    "model.ranker.dropout": 0.1,
    "model.content.categories.dropout": 0.0,
    "learning_rate": 3e-3,
    "warm_up": 0.0,
    "weight_average": 0.0,
    "epochs": 12,
    "drawn": 64,
    "max_length": 256,
}
SETTINGS: dict[str, dict[str, Any]] = {
    "ml-100k": {**SHARED, "dimension": 16, "batch_size": 512},
    "ml-1m": {
        **SHARED,
        "embedding_dropout": 0.2,
        "model.ranker.dropout": 0.2,
        "dimension": 32,
        "batch_size": 1024,
        "epochs": 10,
    },
}
RANKERS: dict[str, dict[str, dict[str, Any]]] = {
    "ml-100k": {
        "deep_fm": {"model.ranker.units": (32,), "model.ranker.pair_weight": 1.0},
        "conv_ncf": {},
        "din": {},
        "dcn": {},
        "wide_and_deep": {},
    },
    "ml-1m": {"deep_fm": {"model.ranker.units": (64,), "model.ranker.pair_weight": 1.0}, "conv_ncf": {}},
}


def main(
    data: Annotated[str, typer.Argument(help=f"One of {', '.join(SPLITS)}.")],
    validate: Annotated[bool, typer.Option("--validate", help="Print validation metrics only.")] = False,
    only: Annotated[str, typer.Option(help="Comma-separated rankers (default: all).")] = "",
    splits: Annotated[int, typer.Option(help="Number of splits; 0 for the default of the data set.", min=0)] = 0,
    change: Annotated[str, typer.Option(help="JSON: settings to change.")] = "{}",
    folder: Annotated[Path, typer.Option(help="Folder of the data sets.")] = Path("../shared/data"),
    out: Annotated[Path, typer.Option(help="Folder for runs and working files.")] = Path("runs/ratings"),
    venv: Annotated[Path | None, typer.Option(help="Surprise's environment; created if missing.")] = None,
) -> None:
    """Trains and prints."""
    if data not in SPLITS:
        raise typer.BadParameter(f"{data!r} is no data set: choose one of {', '.join(SPLITS)}.")
    names = only.split(",") if only else list(RANKERS[data])
    if unknown := [name for name in names if name not in RANKERS[data]]:
        raise typer.BadParameter(f"{unknown[0]!r} is no ranker here: choose from {', '.join(RANKERS[data])}.")
    changed = json.loads(change)
    recipes = {
        name: RECIPES[name].with_settings({**SETTINGS[data], **RANKERS[data][name], **changed}) for name in names
    }
    sources = [source(folder / data, out / data, seed) for seed in range(splits or SPLITS[data])]
    label = "validation" if validate else "test"
    reports: dict[str, list[RatingReport]] = {}
    if not validate:
        reports = surprise(sources, SURPRISE[data], out / data, venv)
    for name, recipe in recipes.items():
        for seed, each in enumerate(sources):
            start = time.perf_counter()
            run = trained(recipe.with_settings({"seed": seed}), each, out / data)
            figures = run.metrics()
            line = f"{name}, split {seed}: validation RMSE {figures['validation/rmse']:.4f}"
            print(f"{line}, {time.perf_counter() - start:.0f} s", flush=True)
            reports.setdefault(name, []).append(report(run, label))
    show(reports, label)


def source(folder: Path, out: Path, seed: int) -> RankingSource:
    """Ratings and features; the year is part of an item's title and is put into a column of its own."""
    out.mkdir(parents=True, exist_ok=True)
    items, users = out / "items.csv", out / "users.csv"
    if not items.exists():
        table = pd.read_csv(folder / "items.csv.gz", dtype=str, keep_default_na=False)
        years = pd.to_numeric(table["title"].str.extract(r"\((\d{4})\)")[0])
        table["year"] = pd.qcut(years, 20, duplicates="drop").astype(str).where(years.notna(), "")
        table[["item_id", "genres", "year"]].to_csv(items, index=False)
        table = pd.read_csv(folder / "users.csv.gz", dtype=str, keep_default_na=False)
        table["age"] = pd.cut(table["age"].astype(int), AGES, right=False).astype(str)
        table[["user_id", "age", "gender", "occupation"]].to_csv(users, index=False)
    return RankingSource(
        str(folder / "ratings.csv.gz"),
        Feedback(rating="rating"),
        split="random",
        validation_share=0.05,
        test_share=0.1,
        seed=seed,
        items=str(items),
        item_kinds={"genres": "multi_category", "year": "category"},
        users=str(users),
        user_kinds={"age": "category", "gender": "category", "occupation": "category"},
    )


def trained(recipe: Recipe, data: RankingSource, out: Path) -> Run:
    """The finished run of a recipe on a split; one from before is taken as it is, where nothing has changed."""
    folder = out / f"{recipe.name}-{data.seed}"
    if (folder / "metrics.json").exists():
        run = Run.open(folder)
        if run.recipe == recipe and run.source == data.absolute():
            return run
        number = 1
        while (kept := folder.with_name(f"{folder.name}-before-{number}")).exists():
            number += 1
        folder.rename(kept)
    return train(recipe, data, folder, verbose=0)


def report(run: Run, part: str) -> RatingReport:
    """A run's predictions of a part of its table."""
    split, model = run.split(), run.model()
    found = evaluate_ranking(model, ranking_rows(model.fitted_state, split), getattr(split, part))[RATING]
    assert isinstance(found, RatingReport)
    return found


def surprise(
    sources: Sequence[RankingSource], models: Mapping[str, Mapping[str, Any]], out: Path, venv: Path | None
) -> dict[str, list[RatingReport]]:
    """Writes the splits' ratings and has Surprise predict the test parts."""
    folder, result = out / f"splits-{len(sources)}", out / f"surprise-{len(sources)}.json"
    folder.mkdir(parents=True, exist_ok=True)
    splits = [each.read().split for each in sources]
    for number, split in enumerate(splits):
        write(split, np.concatenate([split.train, split.validation]), folder / f"{number}_train.csv")
        write(split, split.test, folder / f"{number}_test.csv")
    found = json.loads(result.read_text()) if result.exists() else {}
    if missing := {name: settings for name, settings in models.items() if name not in found}:
        fresh = out / "surprise-fresh.json"
        command = [sys.executable, EXTERNAL, "--splits", folder.resolve(), "--out", fresh.resolve()]
        command += ["--models", json.dumps(missing), *(("--venv", venv.resolve()) if venv else ())]
        subprocess.run([str(part) for part in command], check=True)
        found |= json.loads(fresh.read_text())
        result.write_text(json.dumps(found))
    return {
        name: [
            RatingReport(*of_rows(split, split.test), np.array(values))
            for split, values in zip(splits, found[name], strict=True)
        ]
        for name in models
    }


def of_rows(split: ImpressionSplit, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """User ids, item ids and ratings of some rows."""
    table = split.impressions
    ratings = table.labels[RATING][rows].astype(np.float64)
    return table.user_ids[table.users[rows]], table.item_ids[table.items[rows]], ratings


def write(split: ImpressionSplit, rows: np.ndarray, path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(zip(*of_rows(split, rows), strict=True))


def show(reports: Mapping[str, list[RatingReport]], part: str) -> None:
    """Prints the table, in Markdown: means over the splits, differences over all their ratings."""
    against = [name for name in reports if name.startswith("SVD++")]
    rated = sum(map(len, next(iter(reports.values()))))
    print(f"\n{rated} {part} ratings; differences of the MSE with 95 % bootstrap intervals over them\n")
    print("| model | RMSE | of each split | MAE |" + "".join(f" MSE - {other} |" for other in against))
    print("| --- | ---: | --- | ---: |" + " --- |" * len(against))
    for name, each in reports.items():
        summaries = [report.summary() for report in each]
        single = " ".join(f"{summary['rmse']:.4f}" for summary in summaries)
        rmse, mae = (np.mean([summary[metric] for summary in summaries]) for metric in ("rmse", "mae"))
        cells = [name, f"{rmse:.4f}", single, f"{mae:.4f}"]
        for other in against:
            found = paired_rating_difference(pooled(each), pooled(reports[other]))
            text = f"{found.difference:+.4f} ({found.low:+.4f} to {found.high:+.4f})"
            cells.append("" if name == other else text)
        print(f"| {' | '.join(cells)} |")


if __name__ == "__main__":
    typer.run(main)
