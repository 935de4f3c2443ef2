"""Trainings in two stages: where the run of the first is, and what the second added."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tfrec_dl.evaluation.report_blocks import Block, Cell, Grid, Section
from tfrec_dl.families.run import Run
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.runs.run_folder import RunFolder

START = "start"  # folder of the run of a network before it is perturbed, or trained against another
CHOSEN = "chosen"  # folder of the run that learnt from the training part alone
HEADLINES = ("ndcg@10", "coverage@10", "ndcg", "auc", "log_loss", "rmse")  # metrics that are worth a line


@dataclass(frozen=True)
class SecondStage:
    """The second of two trainings.

    Attributes:
        what: what it adds, as messages say it.
        first: folder of the first training's run, within the second's.
    """

    what: str
    first: str


REFIT = SecondStage("learning from the validation part", CHOSEN)


def without_refit(recipe: Recipe) -> Recipe:
    """The recipe of the first of the two trainings of one that is refitted."""
    return replace(recipe, name=f"{recipe.name}_{CHOSEN}", training=replace(recipe.training, refit=False))


def validated_metrics(folder: Path) -> dict[str, float]:
    """The validation metrics of the run that was chosen by them."""
    return {name: value for name, value in Run.open(folder).metrics().items() if name.startswith("validation")}


def gain_section(metrics: Mapping[str, float], title: str, blocks: Sequence[Block] = ()) -> Section:
    """What a second training changed, each metric beside that of the model before it.

    Args:
        metrics: of the run.
        title: of the section.
        blocks: further ones.
    """
    rows: list[list[Cell]] = []
    for name in (key.removeprefix("test_start/") for key in metrics if key.startswith("test_start/")):
        if "/" in name or f"test_gain/{name}" not in metrics:
            continue
        low, high, p = (metrics.get(f"test_gain/{name}/{end}") for end in ("low", "high", "p"))
        interval = None if low is None or high is None else f"{low:+.4f} to {high:+.4f}"
        gain = f"{metrics[f'test_gain/{name}']:+.4f}"
        rows.append([name, metrics[f"test_start/{name}"], metrics[f"test/{name}"], gain, interval, p])
    columns = ["test metric", "before", "after", "change", "95 % interval, paired", "p"]
    return Section(title, [*blocks, Grid("", columns, rows)])


def gain_lines(metrics: Mapping[str, float], what: str) -> list[str]:
    """Lines on what a second training added to the model before it.

    Args:
        metrics: of the run.
        what: was added.
    """
    lines: list[str] = []
    for name in (name for name in HEADLINES if f"test_gain/{name}" in metrics):
        line = f"{'and' if lines else f'{what} added'} {metrics[f'test_gain/{name}']:+.4f} to {name}"
        low, high, p = (metrics.get(f"test_gain/{name}/{end}") for end in ("low", "high", "p"))
        lines.append(line if low is None else f"{line} ({low:+.4f} to {high:+.4f}, p = {p:.2g})")
    return lines


def runs_of_stages(run: RunFolder, second: SecondStage | None) -> list[RunFolder]:
    """The run, and that of its first stage where it has two."""
    return [run] if second is None else [run, Run.open(run.folder / second.first)]


def learnt(run: RunFolder) -> str:
    """What of the parts was learnt from in the end, where that is more than the training part; for model cards."""
    again = run.recipe.family.is_refitted(run.recipe)
    return "; once chosen on validation it was trained once more, on the validation part too" if again else ""
