"""HTML that objects show in a notebook: a line and a table."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def shown(line: str, table: pd.DataFrame) -> str:
    """Returns HTML of a line above a table; all text in it is escaped.

    Args:
        line: description of the object.
        table: table of its content; numbers that are not integers get four decimals.
    """
    body = table.to_html(index=False, border=0, float_format=lambda value: f"{value:.4f}", na_rep="")
    return f"<div><div><b>{escape(line)}</b></div>{body}</div>"


def counted(counts: Mapping[str, int]) -> str:
    """Formats counts as text: "3,200 interactions, 400 users"."""
    return ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items())
