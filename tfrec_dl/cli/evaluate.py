"""`tfrec-dl evaluate`."""

import json
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tfrec_dl.cli.console import console, metric_table
from tfrec_dl.cli.folders import require_writable
from tfrec_dl.cli.quiet import quiet_tensorflow
from tfrec_dl.errors import InputError

if TYPE_CHECKING:
    from tfrec_dl.retrieval.run import Run


class Part(str, Enum):
    """Which held-out cases to evaluate on."""

    VALIDATION = "validation"
    TEST = "test"


def evaluate(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN", show_default=False, help="Folder of a finished run.")],
    split: Annotated[Part, typer.Option(help="Which held-out cases.")] = Part.TEST,
    keep_seen: Annotated[bool, typer.Option("--keep-seen", help="Let items of the history be recommended.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", show_default=False, help="Of a ranking run: gets the reliability table; by default RUN."
        ),
    ] = None,
) -> None:
    """Evaluate a finished run anew on its data.

    Full ranking over the whole catalogue, ties counted against the model, items of the history left out unless
    --keep-seen says otherwise. A run on a cold-start split has figures of warm and of cold items too.

    Of a ranking run the figures are those of the impressions. RUN gets reliability_test.md, predicted beside observed
    click rates, and its picture where matplotlib is installed.
    """
    quiet_tensorflow()
    from tfrec_dl.lifecycle.open_run import open_run
    from tfrec_dl.ranking.run import RankingRun

    run = open_run(run_folder)
    run.metrics()  # refuses a run that is not finished
    if not Path(run.source.path).exists():
        raise InputError(f"{run.source.path}, which {run_folder} was trained on, is gone: bring it back.")
    if isinstance(run, RankingRun):
        from tfrec_dl.cli.reports.ranking_evaluation import evaluate_ranking_run

        if keep_seen:
            raise InputError(f"--keep-seen is for retrieval, and {run_folder} is a ranking run: leave it out.")
        folder = out or run_folder
        require_writable(folder)
        folder.mkdir(parents=True, exist_ok=True)
        evaluate_ranking_run(run, split.value, folder, as_json)
        return
    if out is not None:
        raise InputError(f"--out is for ranking runs, and {run_folder} is one of retrieval: leave it out.")
    _evaluate_retrieval(run, split, keep_seen, as_json)


def _evaluate_retrieval(run: "Run", split: Part, keep_seen: bool, as_json: bool) -> None:
    from tfrec_dl.evaluation.cold_start import evaluate_cold_start
    from tfrec_dl.evaluation.evaluate import evaluate
    from tfrec_dl.evaluation.scorer import as_scorer
    from tfrec_dl.stacking.configuration import StackedConfig

    if isinstance(run.recipe.model, StackedConfig) and split is Part.VALIDATION:
        raise InputError(
            f"{run.folder} is a stack, whose ranker has learned from the validation cases: "
            f"its cross-fitted figures on them are in {run.folder / 'metrics.json'}."
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
