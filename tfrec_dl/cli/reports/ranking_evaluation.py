"""The `tfrec-dl evaluate` output for a ranking run."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from tfrec_dl.cli.console import console, say
from tfrec_dl.cli.reports.ranking_metrics import ranking_table
from tfrec_dl.errors import InputError
from tfrec_dl.files import replacing
from tfrec_dl.ranking.evaluate import ROWS, ranking_reports
from tfrec_dl.ranking.leaderboard import ranking_metrics
from tfrec_dl.ranking.metrics.reliability import Reliability, reliability
from tfrec_dl.ranking.metrics.reliability_rendering import reliability_markdown, reliability_plot
from tfrec_dl.ranking.rows import ranking_rows

if TYPE_CHECKING:
    from tfrec_dl.families.run import Run

HEADING = "# Reliability of "


def evaluate_ranking_run(run: "Run", part: str, folder: Path, as_json: bool) -> None:
    """Evaluates a finished run again on its data, prints the metrics, and writes the reliability of its clicks.

    Args:
        run: a finished run.
        part: "test" or "validation".
        folder: existing folder that gets `reliability_PART.md` and, if matplotlib is installed, `.png`.
        as_json: whether to print only JSON.

    Raises:
        InputError: if the data is missing or has changed, or files of these names do not come from an evaluation.
    """
    import numpy as np

    from tfrec_dl.ranking.data.batches import RankingBatches
    from tfrec_dl.ranking.data.feedback import CLICK
    from tfrec_dl.ranking.names import CLICK_LOGIT
    from tfrec_dl.ranking.predictor import Predictor

    table, picture = (folder / f"reliability_{part}{suffix}" for suffix in (".md", ".png"))
    _refuse_others(table, picture)
    model, split = run.model(), run.split()
    rows = ranking_rows(model.fitted_state, split)
    predictions = Predictor(model)(RankingBatches(rows, getattr(split, part), ROWS).in_order())
    reports = ranking_reports(predictions, split.impressions)
    metrics = {f"{part}/{name}": value for name, value in ranking_metrics(reports).items()}
    if as_json:
        typer.echo(json.dumps(metrics, indent=2))
    else:
        count, lists = len(predictions["row"]), len(np.unique(split.impressions.lists[predictions["row"]]))
        title = f"{run.recipe.name}: {count:,} impressions" + (f" in {lists:,} lists" if lists < count else "")
        console().print(ranking_table(metrics, part, title))
    if CLICK not in predictions:
        return
    labels = split.impressions.labels[CLICK][predictions["row"]]
    found = {"calibrated": reliability(predictions[CLICK], labels)}
    if model.calibration is not None:
        logits = predictions[CLICK_LOGIT].astype(np.float64)
        found = {"uncalibrated": reliability(1.0 / (1.0 + np.exp(-logits)), labels), **found}
    else:
        found = {"predicted": found["calibrated"]}
    _write(found, f"{run.recipe.name} on {part} impressions", table, picture, quiet=as_json)


def _write(found: dict[str, Reliability], of: str, table: Path, picture: Path, quiet: bool) -> None:
    text = "\n".join(f"## {name}\n\n{reliability_markdown(each)}" for name, each in found.items())
    with replacing(table) as temporary:
        temporary.write_text(f"{HEADING}{of}\n\n{text}", encoding="utf-8", newline="\n")
    written, why = [str(table)], ""
    try:
        reliability_plot(found, picture)
        written.append(str(picture))
    except InputError as error:  # matplotlib is an extra
        why = f"; no picture: {error}"
    if not quiet:
        say(f"reliability: {', '.join(written)}{why}")


def _refuse_others(table: Path, picture: Path) -> None:
    """Raises InputError if a file of these names was not written by an evaluation."""
    own = table.is_file() and table.read_bytes().startswith(HEADING.encode())
    for path in (table, picture):
        if path.exists() and not own:
            raise InputError(f"{path} is not of an evaluation: move it, or name another folder with --out.")
