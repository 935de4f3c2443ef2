"""Few ratings with features: rankers with default settings against what a practitioner would try first. RMSE, paired.

    python -m benchmarks.small_ratings

Draws 7,000 ratings from MovieLens-100K at random, ten times: 70 % to train on, 10 % to validate, 20 % to test. If there
are several rankers, the one with the lowest validation RMSE over all draws is compared with ridge regression. Each
ranker is trained with `--refit`: once as chosen on validation, and once more with the validation part
(`NAME, once more`).
"""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from benchmarks.ratings import report, source, trained
from tfrec_dl.evaluation.ratings import RatingReport, paired_rating_difference, pooled
from tfrec_dl.families.run import Run
from tfrec_dl.families.second_stage import CHOSEN
from tfrec_dl.ranking.baselines import ranking_baseline_entries
from tfrec_dl.ranking.data.feedback import RATING
from tfrec_dl.ranking.data.source import RankingSource
from tfrec_dl.recipes.named import RECIPES

DATA = "ml-100k"


def main(
    models: Annotated[str, typer.Option(help="Comma-separated rankers.")] = "din,deep_fm",
    draws: Annotated[int, typer.Option(help="Number of draws.", min=1)] = 10,
    ratings: Annotated[int, typer.Option(help="Ratings per draw.", min=100)] = 7_000,
    folder: Annotated[Path, typer.Option(help="Folder of the data sets.")] = Path("../shared/data"),
    out: Annotated[Path, typer.Option(help="Folder for runs and tables.")] = Path("runs/small_ratings"),
) -> None:
    """Trains what is not trained yet, and prints."""
    reports: dict[str, list[RatingReport]] = {}
    validation: dict[str, float] = dict.fromkeys(models.split(","), 0.0)
    for seed in range(draws):
        drawn = draw(folder / DATA, out, seed, ratings)
        dataset = drawn.read()
        for entry in ranking_baseline_entries(dataset):
            reports.setdefault(entry.name, []).append(entry.reports[RATING])
        for name in validation:
            run = trained(RECIPES[name].with_settings({"seed": seed, "refit": True}), drawn, out)
            reports.setdefault(name, []).append(report(Run.open(run.folder / CHOSEN), "test"))
            reports.setdefault(f"{name}, once more", []).append(report(run, "test"))
            validation[name] += run.metrics()["validation/rmse"] / draws
        print(
            f"draw {seed}: " + ", ".join(f"{name} {each[-1].summary()['rmse']:.4f}" for name, each in reports.items())
        )
    print("validation RMSE: " + ", ".join(f"{name} {value:.4f}" for name, value in validation.items()))
    whole = {name: pooled(each) for name, each in reports.items()}
    for name, each in sorted(whole.items(), key=lambda pair: pair[1].summary()["rmse"]):
        print(f"{name}: test RMSE {each.summary()['rmse']:.4f}")
    best = min(validation, key=validation.__getitem__)
    for one, other in ((best, "ridge"), (f"{best}, once more", best)):
        gain = paired_rating_difference(whole[one], whole[other])
        print(f"{one} less {other}, MSE: {gain.difference:+.4f} ({gain.low:+.4f} to {gain.high:+.4f})")


def draw(folder: Path, out: Path, seed: int, ratings: int) -> RankingSource:
    """A source of some ratings, chosen at random."""
    whole, table = source(folder, out, seed), out / f"draw-{seed}.csv"
    if not table.exists():
        pd.read_csv(whole.path).sample(ratings, random_state=seed).sort_index().to_csv(table, index=False)
    return replace(whole, path=str(table), validation_share=0.1, test_share=0.2)


if __name__ == "__main__":
    typer.run(main)
