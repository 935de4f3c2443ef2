"""Click rankers against LightGBM and logistic regression on the same features of trivago's impressions.

    python -m benchmarks.clicks               # the position is a feature, known when the list is predicted
    python -m benchmarks.clicks --hidden      # the position is known in training alone
    python -m benchmarks.clicks --no-settings --only din,dcn    # networks with default settings
    python -m benchmarks.clicks --validate    # validation metrics of the networks alone: to choose settings

Needs LightGBM: pip install lightgbm. The last 20 % of the lists by time are the test part, and the 10 % before them are
the validation part. Epochs, trials and penalties are chosen on the validation part, where all models are also
calibrated (Platt). Trained models are kept in --out.
"""

import json
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

import tfrec_dl  # noqa: F401  (selects Keras 2)
from benchmarks import click_rivals
from tfrec_dl.families.run import Run
from tfrec_dl.lifecycle.train import train
from tfrec_dl.ranking.calibration import Platt
from tfrec_dl.ranking.data.batches import RankingBatches, RankingRows
from tfrec_dl.ranking.data.feedback import CLICK, Feedback
from tfrec_dl.ranking.data.source import RankingSource
from tfrec_dl.ranking.data.splits import ImpressionSplit
from tfrec_dl.ranking.features.impression_features import described
from tfrec_dl.ranking.metrics.paired import paired_click_difference
from tfrec_dl.ranking.metrics.reliability_rendering import reliability_markdown, reliability_plot
from tfrec_dl.ranking.model import RankingModel
from tfrec_dl.ranking.names import CLICK_LOGIT
from tfrec_dl.ranking.predictor import Predictor
from tfrec_dl.ranking.rows import ranking_rows
from tfrec_dl.recipes.named import RECIPES

# Users and items are rare here (most items of the test part have no training impression): their ids are hidden nearly
# always, else the network learns the log by heart. 32 buckets tell all 25 positions apart.
SHARED: dict[str, Any] = {
    "model.id_dropout": 0.9,
    "model.content.numbers.buckets": 32,
    "model.content.categories.dropout": 0.5,
    "training.weight_decay": 0.01,
    "training.epochs": 9,
}
SETTINGS: dict[str, dict[str, Any]] = {name: SHARED for name in ("wide_and_deep", "dcn", "deep_fm", "din")}
FIGURES = ("auc", "group_auc", "group_auc_by_list", "log_loss", "ndcg")
GAINS = ("auc", "group_auc_by_list", "log_loss", "ndcg")
LIST = ("session_id", "step")

console = Console(width=170)


def main(
    hidden: Annotated[bool, typer.Option("--hidden", help="Use the position in training only.")] = False,
    validate: Annotated[
        bool, typer.Option("--validate", help="Print only validation metrics, and only of the networks.")
    ] = False,
    no_settings: Annotated[
        bool, typer.Option("--no-settings", help="Train the networks with default settings.")
    ] = False,
    only: Annotated[str, typer.Option(help="Comma-separated networks (default: all).")] = ",".join(SETTINGS),
    change: Annotated[str, typer.Option(help="JSON: settings to change.")] = "{}",
    trials: Annotated[int, typer.Option(help="Trials for each of LightGBM's objectives.", min=1)] = 20,
    threads: Annotated[int, typer.Option(help="LightGBM threads; use 1 if other programs are running.", min=1)] = 2,
    data: Annotated[Path, typer.Option(help="Log of impressions.")] = Path("../shared/data/trivago/impressions.csv.gz"),
    out: Annotated[Path, typer.Option(help="Folder for trained models and the plot.")] = Path("runs/clicks"),
) -> None:
    """Trains and prints."""
    out = out / ("hidden" if hidden else "known")
    source = RankingSource(
        str(data),
        Feedback(click="click"),
        lists=LIST,
        position="position" if hidden else None,
        context={"step": "number"} if hidden else {"step": "number", "position": "number"},
    )
    names = only.split(",")
    settings = {name: {} if no_settings else SETTINGS[name] | json.loads(change) for name in names}
    runs = {name: trained(name, chosen, source, out) for name, chosen in settings.items()}
    if validate:
        for name, run in runs.items():
            console.print(
                name, {k: v for k, v in run.metrics().items() if k.startswith("validation") and k.count("/") == 1}
            )
        return
    models = {name: run.model() for name, run in runs.items()}
    split = next(iter(runs.values())).split()
    rows = {name: ranking_rows(model.fitted_state, split) for name, model in models.items()}
    networks = {name: predicted(models[name], rows[name]) for name in names}
    others = rivals(split, rows[names[0]], models[names[0]], source, hidden, trials, threads, out)
    measure(split, networks, others, out)


def trained(name: str, settings: dict[str, Any], source: RankingSource, out: Path) -> Run:
    """A finished run of these settings."""
    changed = {setting: value for setting, value in settings.items() if SETTINGS[name].get(setting) != value}
    kind = name if settings else f"{name}-no-settings"
    folder = out / "-".join([kind, *(f"{setting}-{value}" for setting, value in changed.items())])
    if (folder / "metrics.json").exists():
        return Run.open(folder)
    return train(RECIPES[name].with_settings(settings), source, folder, verbose=0)


def predicted(model: RankingModel, rows: RankingRows) -> np.ndarray:
    """Log-odds [n] of clicks, before calibration, of the whole table."""
    everything = np.arange(len(rows.impressions))
    found = Predictor(model)(RankingBatches(rows, everything, 4096).in_order())
    log_odds = np.empty(len(everything), dtype=np.float32)
    log_odds[found["row"]] = found[CLICK_LOGIT]
    return log_odds


def rivals(
    split: ImpressionSplit,
    rows: RankingRows,
    model: RankingModel,
    source: RankingSource,
    hidden: bool,
    trials: int,
    threads: int,
    out: Path,
) -> dict[str, np.ndarray]:
    """Log-odds [n] of the others; those of LightGBM are kept."""
    context = model.fitted_state.context
    assert context is not None
    features = described(rows, context.comparisons)
    assert features is not None
    table = split.impressions
    positions = table.positions if hidden else features.columns["position"]
    assert positions is not None
    found = {
        "popularity": click_rivals.item_popularity(split),
        "order as shown": click_rivals.shown_order(split, positions),
        "logistic regression": click_rivals.logistic_regression(split, features),
    }
    for objective in ("binary", "lambdarank"):
        path = out / f"lightgbm-{objective}-{trials}.npy"
        if not path.exists():
            log_odds, settings = click_rivals.boosted_trees(
                split, features, objective, trials, positions if hidden else None, threads
            )
            np.save(path, log_odds)
            path.with_suffix(".json").write_text(json.dumps(settings))
        console.print(f"LightGBM {objective}: {path.with_suffix('.json').read_text()}")
        found[f"LightGBM {objective}"] = np.load(path)
        found[f"LightGBM {objective}, softmax in the list"] = click_rivals.competing(np.load(path), table.lists)
    return found


def measure(split: ImpressionSplit, networks: dict[str, np.ndarray], others: dict[str, np.ndarray], out: Path) -> None:
    """Prints the test metrics, and the gains of the best network on validation over all others."""
    raw, calibrated = {}, {}
    on_validation = {
        name: click_rivals.report(log_odds, split, split.validation).means() for name, log_odds in networks.items()
    }
    chosen = min(networks, key=lambda name: on_validation[name]["log_loss"])
    for name, means in on_validation.items():
        console.print(f"{name}, validation: " + ", ".join(f"{figure} {means[figure]:.4f}" for figure in FIGURES))
    for name, log_odds in {**others, **networks}.items():
        raw[name] = click_rivals.report(log_odds, split, split.test)
        calibrated[name] = click_rivals.report(after_calibration(log_odds, split), split, split.test)
    table = Table(
        "ranker",
        *FIGURES,
        "ECE before",
        "ECE after",
        title=f"{len(split.test)} test impressions, * chosen on validation",
    )
    for name in raw:
        before, after = raw[name].means(), calibrated[name].summary()
        cells = [f"{after[figure]:.4f}" for figure in FIGURES]
        marked = f"{name} *" if name == chosen else name
        table.add_row(marked, *cells, f"{before['calibration_error']:.4f}", f"{after['calibration_error']:.4f}")
    console.print(table)
    for name in others:
        for figure in GAINS:
            gain = paired_click_difference(calibrated[chosen], calibrated[name], figure)
            console.print(
                f"{chosen} against {name}, {figure}: {gain.difference:+.4f} [{gain.low:+.4f}, {gain.high:+.4f}], "
                f"p {gain.p:.2g}"
            )
    tables = {"before": raw[chosen].reliability(), "after": calibrated[chosen].reliability()}
    print(reliability_markdown(tables["after"]))
    reliability_plot(tables, out / "reliability.png")


def after_calibration(log_odds: np.ndarray, split: ImpressionSplit) -> np.ndarray:
    """Log-odds [n] of the probabilities that validation asks for."""
    labels = split.impressions.labels[CLICK][split.validation]
    calibration = Platt().fit(log_odds[split.validation], labels)
    found: np.ndarray = calibration.calibrated_logits(log_odds).numpy()
    return found


if __name__ == "__main__":
    typer.run(main)
