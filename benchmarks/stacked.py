"""A stack of trained recipes and baselines, compared with its members.

Uses the networks that `benchmarks.defaults` trains, or those of `benchmarks.quality`; run one of them first.

python -m benchmarks.stacked ml-1m --models gru,lstm,caser,lru
python -m benchmarks.stacked ml-1m --models gru,caser --settings chosen
"""

import time
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

import tfrec_dl  # noqa: F401  (selects Keras 2)
from benchmarks.settings import DATA_SETS
from tfrec_dl.baselines import BASELINES
from tfrec_dl.baselines.fit import fit_baselines
from tfrec_dl.data.source import DataSource
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.evaluate import evaluate
from tfrec_dl.evaluation.leaderboard import Entry, leaderboard
from tfrec_dl.evaluation.paired import paired_difference
from tfrec_dl.evaluation.rendering import rich_table, save_leaderboard
from tfrec_dl.families.run import Run
from tfrec_dl.stacking.fit import fit_stack
from tfrec_dl.stacking.members import Member, Members, RetrievalMember

METRIC = "ndcg@10"


class Settings(str, Enum):
    """Which networks are members: those with default settings, or with settings chosen for the data set."""

    DEFAULT = "default"
    CHOSEN = "chosen"


def main(
    data: Annotated[str, typer.Argument(help=f"One of {', '.join(DATA_SETS)}.")] = "ml-1m",
    models: Annotated[str, typer.Option(help="Comma-separated recipes.")] = "gru,caser",
    baselines: Annotated[str, typer.Option(help="Comma-separated baselines.")] = ",".join(BASELINES),
    settings: Annotated[Settings, typer.Option(help="Settings of the networks.")] = Settings.DEFAULT,
    seed: Annotated[int, typer.Option(help="Seed of the runs.", min=0)] = 0,
    folder: Annotated[Path, typer.Option(help="Folder of the data sets.")] = Path("../shared/data"),
    runs: Annotated[Path, typer.Option(help="Folder of the recipes' runs.")] = Path("runs"),
    test: Annotated[bool, typer.Option(help="Print test metrics, not only validation metrics.")] = True,
    out: Annotated[Path | None, typer.Option(help="Also write the table to this .csv, .json or .md file.")] = None,
) -> None:
    """Fits the blender on validation, and prints what stack and members reach."""
    console = Console()
    if data not in DATA_SETS:
        raise InputError(f"no data set is called {data!r}: choose one of {', '.join(DATA_SETS)}.")
    source = DataSource(str(folder / DATA_SETS[data].path))
    split = source.read().split

    scorers: dict[str, Any] = {}
    members: dict[str, Member] = {}
    with_counts: dict[str, Any] = {}
    families = {"stacked": "stack"}
    parent = runs / data / "defaults" if settings is Settings.DEFAULT else runs / data
    for name in models.split(","):
        run = parent / name / f"seed-{seed}"
        network = run / "members" / "network"  # the network alone, in a run with counts
        if network.exists():
            with_counts[f"{name} with counts"] = Run.open(run).model()
        model = Run.open(network if network.exists() else run).model()
        scorers[name], members[name], families[name] = model, RetrievalMember(model), "deep"
    for name, baseline, _ in fit_baselines(split, [name for name in baselines.split(",") if name], console.print):
        scorers[name], members[name], families[name] = baseline, baseline.graph(), "baseline"

    start = time.perf_counter()
    stack, crossed = fit_stack(Members(members, split.vocabulary), split.validation)
    seconds = time.perf_counter() - start
    console.print(f"weights of the standardised scores: { {k: round(v, 3) for k, v in stack.weights().items()} }")
    validation = {name: evaluate(scorer, split.validation, split.vocabulary) for name, scorer in scorers.items()}
    validation["stacked"] = evaluate(crossed, split.validation, split.vocabulary)
    _compare("validation (blender cross-fitted)", validation, console)
    if not test:
        return
    reports = {name: evaluate(scorer, split.test, split.vocabulary) for name, scorer in scorers.items()}
    reports["stacked"] = evaluate(stack, split.test, split.vocabulary)
    entries = [Entry(name, report, None, families[name]) for name, report in reports.items()]
    table = leaderboard(entries)
    console.print(rich_table(table, f"{data}: test, {len(split.test):,} users, seen masked; blender {seconds:.0f} s"))
    _compare("test", reports, console)
    for name, model in with_counts.items():
        _compare("test", {"stacked": reports["stacked"], name: evaluate(model, split.test, split.vocabulary)}, console)
    if out is not None:
        save_leaderboard(table, out)


def _compare(part: str, reports: dict, console: Console) -> None:
    """Prints the stack against the best of the others."""
    means = {name: report.means()[METRIC] for name, report in reports.items()}
    stacked = means.pop("stacked")
    best = max(means, key=lambda name: means[name])
    difference = paired_difference(reports["stacked"], reports[best], METRIC)
    console.print(
        f"{part}: stacked {stacked:.4f}, best other {best} {means[best]:.4f}: ratio {stacked / means[best]:.3f}, "
        f"difference {difference.difference:.4f} [{difference.low:.4f}, {difference.high:.4f}], p {difference.p:.2g}"
    )


if __name__ == "__main__":
    typer.run(main)
