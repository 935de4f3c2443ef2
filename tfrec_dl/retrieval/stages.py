"""Trainings in two stages: where the run of the first is, and what the second added."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from tfrec_dl.evaluation.report_blocks import Block, Cell, Grid, Section
from tfrec_dl.families.run import Run
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.runs.run_folder import RunFolder

START = "start"  # folder of the run of a network before it is perturbed, or trained against another
CHOSEN = "chosen"  # folder of the run that learnt from the training part alone


def second_stage(recipe: Recipe) -> tuple[str, str] | None:
    """What the second stage of a recipe's training adds, and the folder of the first; None where there is one stage."""
    training = recipe.training
    if training.perturbation is not None:
        return f"{training.perturbation.name} perturbation", START
    return ("learning from the validation part", CHOSEN) if training.refit else None


def validated_metrics(folder: Path) -> dict[str, float]:
    """The validation metrics of the run that was chosen by them."""
    return {name: value for name, value in Run.open(folder).metrics().items() if name.startswith("validation")}


def with_first(run: RunFolder) -> list[RunFolder]:
    """The run, and that of its first stage where it has two."""
    second = second_stage(run.recipe)
    return [run] if second is None else [run, Run.open(run.folder / second[1])]


def second_stage_lines(run: RunFolder) -> list[str]:
    """Lines on what the second stage of a run added; none where there is none."""
    second = second_stage(run.recipe)
    return [] if second is None else gain_lines(run.metrics(), second[0])


def second_stage_sections(run: RunFolder) -> list[Section]:
    """What the second stage of a run changed; none where there is none."""
    second = second_stage(run.recipe)
    return [] if second is None else [gain_section(run.metrics(), f"What {second[0]} changed")]


def why_not_on_validation(run: RunFolder) -> str | None:
    """Why a run's model cannot be measured on the validation part; None where it can."""
    if not run.recipe.training.refit:
        return None
    return (
        f"{run.folder} has learnt from the validation targets too: what was chosen on them is the run "
        f"{run.folder / CHOSEN}."
    )


def gain_section(metrics: Mapping[str, float], title: str, blocks: Sequence[Block] = ()) -> Section:
    """What a training changed of the network that it began with, each metric beside what it was.

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
    """Lines on what a training added to the network that it began with.

    Args:
        metrics: of the run.
        what: was added.
    """
    gain, low, high, p = (metrics[f"test_gain/ndcg@10{end}"] for end in ("", "/low", "/high", "/p"))
    return [
        f"{what} added {gain:+.4f} to ndcg@10 ({low:+.4f} to {high:+.4f}, p = {p:.2g})",
        f"and {metrics['test_gain/coverage@10']:+.4f} to coverage@10",
    ]
