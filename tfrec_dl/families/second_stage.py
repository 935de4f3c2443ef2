"""Trainings in two stages: the place of the first stage's run, and what the second stage added."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tfrec_dl.evaluation.report_blocks import Block, Cell, Grid, Section
from tfrec_dl.families.run import Run
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.runs.run_folder import RunFolder

START = "start"  # folder of the run of a network before it is perturbed, or trained against another
CHOSEN = "chosen"  # folder of the run that learned from the training part only
HEADLINES = ("ndcg@10", "coverage@10", "ndcg", "auc", "log_loss", "rmse")  # metrics that get a line


@dataclass(frozen=True)
class SecondStage:
    """The second of two trainings.

    Attributes:
        what: what it adds, as named in messages.
        first: folder of the first training's run, inside the second's.
    """

    what: str
    first: str


REFIT = SecondStage("learning from the validation part", CHOSEN)


def without_refit(recipe: Recipe) -> Recipe:
    """Returns the recipe of the first training, for a recipe that is refitted."""
    return replace(recipe, name=f"{recipe.name}_{CHOSEN}", training=replace(recipe.training, refit=False))


def validated_metrics(folder: Path) -> dict[str, float]:
    """Reads the validation metrics of the run that was chosen by them."""
    return {name: value for name, value in Run.open(folder).metrics().items() if name.startswith("validation")}


def gain_section(metrics: Mapping[str, float], title: str, blocks: Sequence[Block] = ()) -> Section:
    """Builds the section on the effect of a second training: each metric before and after it.

    Args:
        metrics: metrics of the run.
        title: title of the section.
        blocks: further blocks.
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
    """Returns lines on what a second training added to the model.

    Args:
        metrics: metrics of the run.
        what: what was added.
    """
    lines: list[str] = []
    for name in (name for name in HEADLINES if f"test_gain/{name}" in metrics):
        line = f"{'and' if lines else f'{what} added'} {metrics[f'test_gain/{name}']:+.4f} to {name}"
        low, high, p = (metrics.get(f"test_gain/{name}/{end}") for end in ("low", "high", "p"))
        lines.append(line if low is None else f"{line} ({low:+.4f} to {high:+.4f}, p = {p:.2g})")
    return lines


def runs_of_stages(run: RunFolder, second: SecondStage | None) -> list[RunFolder]:
    """Returns the run, and that of its first stage if it has two."""
    return [run] if second is None else [run, Run.open(run.folder / second.first)]


def learnt(run: RunFolder) -> str:
    """Describes the parts learned from, if more than the training part; for model cards."""
    again = run.recipe.family.is_refitted(run.recipe)
    return "; once chosen on validation it was trained once more, on the validation part too" if again else ""
