"""Writing of the report on a run or a comparison."""

from __future__ import annotations

import logging
from os import PathLike
from pathlib import Path

from tfrec_dl.errors import InputError
from tfrec_dl.files import replacing
from tfrec_dl.lifecycle.compare import Comparison
from tfrec_dl.lifecycle.report.content import report_content
from tfrec_dl.lifecycle.report.measured import Measured, compared, measured
from tfrec_dl.lifecycle.report.page import GENERATOR, page, require_jinja
from tfrec_dl.lifecycle.report.titles import item_titles
from tfrec_dl.runs.run_folder import REPORT

logger = logging.getLogger(__name__)


def write_report(
    folder: str | PathLike[str],
    path: str | PathLike[str],
    items: str | PathLike[str] | None = None,
    title_column: str | None = None,
    examples: bool = True,
) -> Path:
    """Writes a self-contained HTML report on a finished run or a comparison.

    A run is measured on its test cases beside all baselines; for a comparison, the existing leaderboard is used. Each
    step is logged when it begins. Parts that need missing data are left out, with a line that says why.

    Args:
        folder: folder of a run, or of `tfrec-dl compare`.
        path: file to write. Only an earlier report is replaced, nothing else.
        items: table of items with titles, CSV or Parquet; None uses the table that the run was trained with, if any.
        title_column: title column; None for "title" or "name", if the table has one of them.
        examples: whether to show the actions of a few users and what is recommended to them.

    Returns:
        The path of the report.

    Raises:
        InputError: if the folder holds neither, the existing file is not a report, a table cannot be read, or jinja2 is
            missing.
    """
    path = Path(path)
    require_jinja()
    refuse_other_file(path)
    found = measured(Path(folder))
    titles = item_titles(found.runs[0].source, None if items is None else Path(items), title_column)
    return _write(found, path, titles if examples else None)


def write_comparison_report(comparison: Comparison, folder: Path) -> Path:
    """Does the same as `write_report` for a comparison just made, and writes into its folder.

    Args:
        comparison: result of `compare_runs`.
        folder: folder of the comparison.

    Raises:
        InputError: as in `write_report`.
    """
    path = folder / REPORT
    require_jinja()
    refuse_other_file(path)
    return _write(compared(comparison, folder), path, item_titles(comparison.runs[0].source))


def refuse_other_file(path: Path) -> None:
    """Raises InputError if another kind of file exists there, or the file cannot be written."""
    if path.is_dir() or not path.suffix:
        raise InputError(f"{path} names no file: write for example {path / REPORT}.")
    if not path.parent.exists():
        raise InputError(f"cannot write {path}: the folder {path.parent} does not exist.")
    if path.exists():
        with path.open(encoding="utf-8", errors="replace") as file:
            if f'content="{GENERATOR}' not in file.read(2_000):
                raise InputError(f"{path} exists and is not a report: choose another name.")


def _write(found: Measured, path: Path, titles: dict[str, str] | None) -> Path:
    logger.info("writing the report")
    html = page(report_content(found, titles))
    with replacing(path) as temporary:
        temporary.write_text(html, encoding="utf-8", newline="\n")
    return path
