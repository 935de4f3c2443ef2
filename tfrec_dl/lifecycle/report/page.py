"""Rendering of a report as one HTML file that loads nothing from the network."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tfrec_dl import __version__
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.estimate import Estimate
from tfrec_dl.lifecycle.report.content import Content
from tfrec_dl.lifecycle.report.layout import dots_layout, lines_layout, show

PAGE = Path(__file__).parent / "page"
GENERATOR = "tfrec-dl report"


def require_jinja() -> Any:
    """Returns the module jinja2.

    Raises:
        InputError: if jinja2, which is an extra, is missing.
    """
    try:
        import jinja2
    except ImportError as error:
        raise InputError('reports need jinja2, which is missing: pip install "tfrec_dl[report]".') from error
    return jinja2


def page(content: Content) -> str:
    """Returns the HTML; all text in it is escaped.

    Raises:
        InputError: if jinja2 is missing.
    """
    jinja2 = require_jinja()
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(PAGE),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {"show": show, "anchor": _anchor}
    environment.globals |= {"lines_layout": lines_layout, "dots_layout": dots_layout, "is_estimate": _is_estimate}
    html: str = environment.get_template("report.html").render(
        content=content,
        style=(PAGE / "style.css").read_text(encoding="utf-8"),
        script=(PAGE / "script.js").read_text(encoding="utf-8"),
        values=_json(content.values),
        generator=GENERATOR,
        version=__version__,
    )
    return html


def _is_estimate(cell: object) -> bool:
    return isinstance(cell, Estimate)


def _anchor(text: str) -> str:
    return re.sub(r"\W+", "-", text.lower()).strip("-")


def _json(values: Any) -> str:
    """Returns JSON in which no text can close the surrounding HTML element."""
    text = json.dumps(values, ensure_ascii=False, allow_nan=True, default=float)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
