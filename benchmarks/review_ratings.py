"""Rating prediction from review text on Amazon Musical Instruments: five random 80/10/10 splits, MSE on the test parts.

    python -m benchmarks.review_ratings

The test parts share no rating with each other or with any validation part. The validation part of each split chooses
the bias baseline's shrinkages and SVD++'s settings, and deep_conn uses it for early stopping. Test metrics are printed
once, at the end. The benchmark takes five minutes on two busy cores. The first start installs Surprise into a separate
environment.
"""

import csv
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from tfrec_dl.baselines.rating_bias import RatingBias
from tfrec_dl.evaluation.ratings import RatingReport, evaluate_ratings, paired_rating_difference, pooled
from tfrec_dl.reviews.deep_conn import DeepCoNN, build_deep_conn
from tfrec_dl.reviews.fit import RatingTraining, fit_ratings
from tfrec_dl.reviews.fit_biases import fit_biases
from tfrec_dl.reviews.model import RatingModel
from tfrec_dl.reviews.readers import ReviewAttention
from tfrec_dl.reviews.reviews import Reviews
from tfrec_dl.reviews.splits import RatingSplit, random_splits

# After tfrec_dl, which selects Keras 2.
import tensorflow as tf  # isort: skip

EXTERNAL = Path(__file__).resolve().parent / "external" / "surprise_svdpp.py"
REVIEWS = Path("../shared/data/amazon-instruments/reviews.csv.gz")
BASELINES = ("user + item bias", "SVD++ (Surprise, defaults)", "SVD++ (Surprise, tuned)")
MODELS = {"deep_conn": DeepCoNN(), "deep_conn, review attention": DeepCoNN(reader=ReviewAttention())}
WITHOUT_TEXT = "deep_conn without text"


class Given:
    """Predictions made elsewhere, in the order of the test part."""

    def __init__(self, predicted: Sequence[float]) -> None:
        self.predicted = np.array(predicted)

    def predict_ratings(self, user_ids: Sequence[str] | np.ndarray, item_ids: Sequence[str] | np.ndarray) -> np.ndarray:
        return self.predicted


def surprise(splits: Sequence[RatingSplit], out: Path, venv: Path | None) -> dict[str, list]:
    """Writes the splits' ratings and has Surprise predict the test parts."""
    folder = out / "splits"
    folder.mkdir(parents=True, exist_ok=True)
    for number, split in enumerate(splits):
        for part in ("train", "validation", "test"):
            reviews: Reviews = getattr(split, part)
            with (folder / f"{number}_{part}.csv").open("w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows(
                    zip(reviews.user_ids[reviews.users], reviews.item_ids[reviews.items], reviews.ratings, strict=True)
                )
    command = [sys.executable, EXTERNAL, "--splits", folder.resolve(), "--out", (out / "svdpp.json").resolve()]
    subprocess.run([str(part) for part in (*command, *(("--venv", venv.resolve()) if venv else ()))], check=True)
    result: dict[str, list] = json.loads((out / "svdpp.json").read_text())
    return result


def model_for(config: DeepCoNN, split: RatingSplit, seed: int) -> RatingModel:
    tf.keras.utils.set_random_seed(seed)
    return build_deep_conn(config, split.train)


def main(
    data: Annotated[Path, typer.Option(help="CSV with user_id, item_id, rating, review, summary.")] = REVIEWS,
    out: Annotated[Path, typer.Option(help="Folder for working files.")] = Path("runs/review_ratings"),
    venv: Annotated[Path | None, typer.Option(help="Surprise's environment; created if missing.")] = None,
    seed: Annotated[int, typer.Option(help="Seed for splits, weights and batches.")] = 0,
) -> None:
    """Trains on five splits, prints the table."""
    reviews = Reviews.read(data)
    splits = random_splits(reviews, 5, seed=seed)
    reports: dict[str, list[RatingReport]] = {name: [] for name in (*BASELINES, WITHOUT_TEXT, *MODELS)}
    given = surprise(splits, out, venv)
    for number, split in enumerate(splits):
        bias = RatingBias.tuned(split.train.rated(), split.validation.rated())
        reports[BASELINES[0]].append(evaluate_ratings(bias, split.test))
        reports[BASELINES[1]].append(evaluate_ratings(Given(given["svdpp"][number]), split.test))
        reports[BASELINES[2]].append(evaluate_ratings(Given(given["svdpp_tuned"][number]), split.test))
        textless = model_for(DeepCoNN(), split, seed)
        fit_biases(textless)
        reports[WITHOUT_TEXT].append(evaluate_ratings(textless, split.test))
        for name, config in MODELS.items():
            start = time.perf_counter()
            model = model_for(config, split, seed)
            history = fit_ratings(model, split.validation, RatingTraining(seed=seed), verbose=0).history["val_mse"]
            reports[name].append(evaluate_ratings(model, split.test))
            took = f"{len(history)} epochs, {time.perf_counter() - start:.0f} s"
            print(f"split {number}: {name}: validation MSE {min(history):.4f}, {took}", flush=True)
    show(reports)


def show(reports: dict[str, list[RatingReport]]) -> None:
    """Prints the table, in Markdown: means over the splits, differences over all their test ratings."""
    rated = sum(len(report) for report in reports[BASELINES[0]])
    print(
        f"\n{rated} test ratings; differences of the MSE with 95 % bootstrap intervals over them and paired t-test p\n"
    )
    against = (*BASELINES, WITHOUT_TEXT)
    print("| model | MSE | RMSE | MAE | " + " | ".join(f"MSE - {other}" for other in against) + " |")
    print("| --- | ---: | ---: | ---: |" + " --- |" * len(against))
    for name, each in reports.items():
        summaries = [report.summary() for report in each]
        figures = [f"{np.mean([summary[metric] for summary in summaries]):.4f}" for metric in ("mse", "rmse", "mae")]
        cells = []
        for other in against:
            found = paired_rating_difference(pooled(each), pooled(reports[other]))
            text = f"{found.difference:+.4f} ({found.low:+.4f} to {found.high:+.4f}, p {found.p:.2g})"
            cells.append("" if name == other else text)
        print(f"| {' | '.join([name, *figures, *cells])} |")


if __name__ == "__main__":
    typer.run(main)
