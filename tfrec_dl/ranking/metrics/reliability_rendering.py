"""Rendering of reliability tables as Markdown and as a picture."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tfrec_dl.errors import InputError
from tfrec_dl.files import replacing
from tfrec_dl.ranking.metrics.reliability import Reliability


def reliability_markdown(table: Reliability) -> str:
    """Renders the bins as a Markdown table, with the errors below it."""
    lines = ["| bin | predicted | observed | 95 % interval | rows |", "|---:|---:|---:|---:|---:|"]
    for position, (low, high) in enumerate(zip(*table.intervals(), strict=True)):
        lines.append(
            f"| {position + 1} | {table.predicted[position]:.4f} | {table.observed[position]:.4f} | "
            f"{low:.4f} to {high:.4f} | {table.counts[position]} |"
        )
    return "\n".join(lines) + (
        f"\n\nExpected calibration error {table.expected_calibration_error:.4f} (a perfect model would show about "
        f"{table.noise:.4f} on so many rows); clicks predicted / observed {table.ratio:.3f}.\n"
    )


def reliability_plot(tables: Mapping[str, Reliability], path: str | Path) -> None:
    """Plots observed against predicted rates, with the diagonal of a calibrated model; needs the extra `plots`.

    Args:
        tables: maps names to bins, for example before and after calibration; each becomes a line.
        path: path of the picture; its suffix is the format (.png, .svg, .pdf).

    Raises:
        InputError: if there are no tables, matplotlib is missing or does not know the format, or the file cannot be
            written.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise InputError('pictures need matplotlib, which is missing: pip install "tfrec_dl[plots]".') from error
    if not tables:
        raise InputError("0 reliability tables cannot be plotted: give at least one")
    path = Path(path)
    # Uses Figure without pyplot, which needs no display and no global state.
    figure = Figure(figsize=(5.0, 5.0), layout="constrained")
    axes = figure.subplots()
    if path.suffix[1:].lower() not in figure.canvas.get_supported_filetypes():
        raise InputError(f"cannot draw a picture as {path.suffix or path.name!r}: use .png, .svg or .pdf.")
    limit = 0.0
    for name, table in tables.items():
        low, high = table.intervals()
        # A dollar sign in a name would start math mode.
        label = f"{name} (error {table.expected_calibration_error:.4f})".replace("$", r"\$")
        spread = [(table.observed - low).clip(0.0), (high - table.observed).clip(0.0)]
        axes.errorbar(table.predicted, table.observed, yerr=spread, label=label, marker="o", markersize=4, capsize=2)
        limit = max(limit, float(high.max()), float(table.predicted.max()))
    limit = min(1.0, 1.05 * limit)
    axes.plot([0.0, limit], [0.0, limit], color="tab:gray", linewidth=1, linestyle="--", zorder=0)
    axes.set(xlim=(0.0, limit), ylim=(0.0, limit), xlabel="predicted click rate", aspect="equal")
    axes.set_ylabel("observed click rate (95 % interval of a bin)")
    axes.legend(loc="upper left", frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=150, format=path.suffix[1:].lower())
