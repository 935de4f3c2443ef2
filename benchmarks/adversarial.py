"""What adversarial training adds to a recommender, under the protocols of IRGAN's and CFGAN's authors.

python -m benchmarks.adversarial irgan-split --validate   # on data held out of training, by epoch: to choose settings
python -m benchmarks.adversarial irgan-split
python -m benchmarks.adversarial cfgan-protocol
python -m benchmarks.adversarial sequences
"""

import json
import logging
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer
from rich.console import Console
from rich.table import Table

import tfrec_dl  # noqa: F401  (selects Keras 2)
from benchmarks import gans
from benchmarks.gan_splits import test_splits, validation_splits
from benchmarks.settings import GANS
from tfrec_dl.baselines.ease import EASE
from tfrec_dl.baselines.ials import IALS
from tfrec_dl.data.splits.split import Split
from tfrec_dl.evaluation.evaluate import Report, evaluate, mean_report
from tfrec_dl.evaluation.paired import paired_difference
from tfrec_dl.metrics import MAP, MRR, NDCG, CatalogueCoverage, HitRate, Metric, Precision, Recall
from tfrec_dl.recipes.named import get_recipe
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.model import RetrievalModel

WHOLE = 2_000  # length of a list that holds every item
PARTS = ("irgan-split", "cfgan-protocol", "sequences")
METRICS: dict[str, tuple[Metric, ...]] = {
    "irgan-split": (
        *(Precision(k) for k in (3, 5, 10)),
        *(NDCG(k) for k in (3, 5, 10)),
        MAP(WHOLE),
        MRR(WHOLE),
        CatalogueCoverage(10),
    ),
    "cfgan-protocol": (Precision(5), Precision(20), Recall(5), NDCG(5), CatalogueCoverage(10)),
    "sequences": (NDCG(10), HitRate(10), MRR(10), CatalogueCoverage(10)),
}
GAINS = {part: ("precision@5", "ndcg@5") for part in PARTS} | {"sequences": ("ndcg@10",)}
# Figures that others report on the same data, or that their models reach on it.
REFERENCES: dict[str, dict[str, tuple[float | None, ...]]] = {
    "irgan-split": {"IRGAN's authors' generator": (0.4057, 0.3785, None, None, 0.4053, 0.3775, 0.2442, 0.6103)},
    "cfgan-protocol": {"CFGAN, the paper's table": (0.444, 0.294, 0.152, 0.476)},
    "sequences": {},
}
BASELINES: dict[str, dict[str, Any]] = {
    "irgan-split": {"ease": 500.0, "ials": (64, 12.0)},
    "cfgan-protocol": {"ease": 500.0, "ials": (32, 12.0)},
}

logger = logging.getLogger(__name__)
console = Console(width=160)


def main(
    part: Annotated[str, typer.Argument(help=f"One of {', '.join(PARTS)}.")],
    validate: Annotated[
        bool, typer.Option("--validate", help="Measure on data held out of the training part, by epoch.")
    ] = False,
    repeats: Annotated[int, typer.Option(help="Number of seeds or splits.", min=1)] = 3,
    only: Annotated[str, typer.Option(help="Comma-separated GANs (default: all).")] = "",
    baselines: Annotated[bool, typer.Option(help="Also fit the baselines.")] = True,
    change: Annotated[str, typer.Option(help="JSON: settings that override those in benchmarks/settings.py.")] = "{}",
    folder: Annotated[Path, typer.Option(help="Folder of the data sets.")] = Path("../shared/data"),
) -> None:
    """Trains and prints."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if part not in PARTS:
        raise typer.BadParameter(f"{part!r} is no part: choose one of {', '.join(PARTS)}.")
    names = only.split(",") if only else list(GANS[part])
    if unknown := [name for name in names if name not in GANS[part]]:
        raise typer.BadParameter(f"{unknown[0]!r} is no GAN of {part}: choose from {', '.join(GANS[part])}.")
    chosen = {name: GANS[part][name] for name in names}
    recipes = {
        name: get_recipe(recipe).with_settings({**settings, **json.loads(change)})
        for name, (recipe, settings) in chosen.items()
    }
    splits = list(validation_splits(part, folder, repeats) if validate else test_splits(part, folder, repeats))
    if validate:
        if baselines and part in BASELINES:
            tune_baselines(splits, METRICS[part])
        by_epoch(recipes, splits, METRICS[part])
    else:
        measure(part, recipes, splits, baselines)


def tune_baselines(splits: list[Split], metrics: tuple[Metric, ...]) -> None:
    """Prints what each setting of EASE and iALS reaches, the mean over the splits."""
    for weight in gans.EASE_GRID:
        show(f"ease {weight:.0f}", [(EASE.fit(s.train, s.vocabulary, weight), s) for s in splits], metrics)
    for factors, weight in gans.IALS_GRID:
        fitted = [(IALS.fit(s.train, s.vocabulary, factors=factors, regularization=weight), s) for s in splits]
        show(f"ials {factors} {weight:.0f}", fitted, metrics)


def by_epoch(recipes: Mapping[str, Recipe], splits: list[Split], metrics: tuple[Metric, ...]) -> None:
    """Prints what each GAN reaches after each epoch, the mean over the splits."""
    for name, recipe in recipes.items():
        found: dict[str, list[dict[str, float]]] = {}

        def note(split: Split, epoch: str, model: RetrievalModel, found: dict[str, Any] = found) -> None:
            figures = evaluate(model, split.test, split.vocabulary, metrics=metrics).means()
            found.setdefault(epoch.split(" (")[0], []).append(figures)

        for seed, split in enumerate(splits):
            seeded = recipe.with_settings({"seed": seed})
            users = user_features(seeded, split)
            start = gans.pretrained(seeded, split, users)
            note(split, "start", start)
            gans.trained(seeded, start, split, users, partial(note, split))
        for epoch, reports in found.items():
            print_line(f"{name} {epoch}", pd.DataFrame(reports).mean().to_dict())


def measure(part: str, recipes: Mapping[str, Recipe], splits: list[Split], baselines: bool) -> None:
    """Prints a table of test metrics, and each GAN's paired gain over its own start."""
    metrics, reports = METRICS[part], {}
    repeated = part != "cfgan-protocol"  # one split, several seeds

    def measured(model: Any, split: Split) -> Report:
        return evaluate(model, split.test, split.vocabulary, metrics=metrics)

    if baselines and part in BASELINES:
        fitted = [gans.baselines(split, **BASELINES[part]) for split in (splits[:1] if repeated else splits)]
        for name in fitted[0]:
            reports[name] = mean_report(
                [measured(each[name], split) for each, split in zip(fitted, splits, strict=False)]
            )
    starts: dict[tuple[str, int], RetrievalModel] = {}
    for name, recipe in recipes.items():
        before, after = [], []
        for seed, split in enumerate(splits):
            seeded = recipe.with_settings({"seed": seed})
            users = user_features(seeded, split)
            alone = gans.start_of(seeded)
            key = repr((alone.model, alone.training))
            if (key, seed) not in starts:
                starts[key, seed] = gans.pretrained(seeded, split, users)
            before.append(measured(starts[key, seed], split))
            after.append(measured(gans.trained(seeded, starts[key, seed], split, users), split))
            for label, report in ((f"{name} start", before[-1]), (name, after[-1])):
                print_line(f"{label}, repeat {seed}", report.means())
        reports[f"{name}: start"], reports[name] = mean_report(before), mean_report(after)
    print_table(part, reports, len(splits))
    for name in recipes:
        for metric in GAINS[part]:
            gain = paired_difference(reports[name], reports[f"{name}: start"], metric)
            console.print(
                f"{name} against its start, {metric}: {gain.difference:+.4f} [{gain.low:+.4f}, {gain.high:+.4f}], "
                f"p {gain.p:.2g}"
            )


def user_features(recipe: Recipe, split: Split) -> Any:
    """The table of user ids that a network over users reads; None for others."""
    body = getattr(gans.start_of(recipe).model, "body", None)
    if body is None or body.name != "user_only":
        return None
    return gans.user_table(pd.DataFrame({"user_id": split.train.user_ids}))


def show(name: str, fitted: list[tuple[Any, Split]], metrics: tuple[Metric, ...]) -> None:
    """Prints the mean over splits."""
    figures = [evaluate(model, s.test, s.vocabulary, metrics=metrics).means() for model, s in fitted]
    print_line(name, pd.DataFrame(figures).mean().to_dict())


def print_line(name: str, figures: Mapping[str, float]) -> None:
    """Prints one line of metrics at once."""
    print(f"{name}: " + ", ".join(f"{metric} {value:.4f}" for metric, value in figures.items()), flush=True)


def print_table(part: str, reports: Mapping[str, Report], repeats: int) -> None:
    """The reports, and what others report."""
    names = [metric.key for metric in METRICS[part]]
    users = len(next(iter(reports.values())))
    table = Table("model", *names, title=f"{part}: {users} test cases, mean of {repeats} repeats")
    for name, report in reports.items():
        table.add_row(name, *(f"{report.means()[metric]:.4f}" for metric in names))
    for name, figures in REFERENCES[part].items():
        table.add_row(name, *("" if figure is None else f"{figure}" for figure in figures))
    console.print(table)


if __name__ == "__main__":
    typer.run(main)
