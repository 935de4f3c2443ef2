"""`tfrec-dl evaluate`."""

import json
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from tfrec_dl.cli.console import console, metric_table
from tfrec_dl.cli.quiet import quiet_tensorflow
from tfrec_dl.errors import InputError


class Part(str, Enum):
    """Which held-out cases to evaluate on."""

    VALIDATION = "validation"
    TEST = "test"


def evaluate(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN", show_default=False, help="Folder of a finished run.")],
    split: Annotated[Part, typer.Option(help="Which held-out cases.")] = Part.TEST,
    keep_seen: Annotated[bool, typer.Option("--keep-seen", help="Let items of the history be recommended.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """Evaluate a finished run anew on its data.

    Full ranking over the whole catalogue, ties counted against the model, items of the history left out unless
    --keep-seen says otherwise. A run on a cold-start split has figures of warm and of cold items too.
    """
    quiet_tensorflow()
    from tfrec_dl.evaluation.cold_start import evaluate_cold_start
    from tfrec_dl.evaluation.evaluate import evaluate
    from tfrec_dl.evaluation.scorer import as_scorer
    from tfrec_dl.recipes import StackedConfig
    from tfrec_dl.training.run import Run

    run = Run.open(run_folder)
    run.metrics()  # refuses a run that is not finished
    if not Path(run.source.path).exists():
        raise InputError(f"{run.source.path}, which {run_folder} was trained on, is gone: bring it back.")
    if isinstance(run.recipe.model, StackedConfig) and split is Part.VALIDATION:
        raise InputError(
            f"{run_folder} is a stack, whose ranker has learned from the validation cases: "
            f"its cross-fitted figures on them are in {run_folder / 'metrics.json'}."
        )
    cold_split = run.cold_split() if run.source.split == "cold-start" else None
    parts = run.split() if cold_split is None else cold_split.split
    cases = parts.validation if split is Part.VALIDATION else parts.test
    scorer = as_scorer(run.model())
    suffix = "_keep_seen" if keep_seen else ""
    name = f"{split.value}{suffix}"
    report = evaluate(scorer, cases, parts.vocabulary, keep_seen)
    reports, shown = {name: report}, {name: split.value}
    if cold_split is not None:
        by_kind = evaluate_cold_start(scorer, cold_split, split.value, keep_seen)
        reports |= {f"{split.value}_{kind}{suffix}": found for kind, found in by_kind.items()}
        shown |= {f"{split.value}_{kind}{suffix}": f"{kind} items" for kind in ("warm", "cold")}
    figures = {
        f"{part}/{metric}": value for part, found in reports.items() for metric, value in found.summary().items()
    }
    if as_json:
        typer.echo(json.dumps(figures, indent=2))
        return
    seen = "seen items kept" if keep_seen else "seen items left out"
    title = f"{run.recipe.name}: {len(report):,} users, {len(parts.vocabulary.ids):,} items, {seen}"
    console().print(metric_table(figures, shown, title))
