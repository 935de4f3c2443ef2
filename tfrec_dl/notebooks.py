"""How objects show themselves in a notebook: a line, and a table."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def shown(line: str, table: pd.DataFrame) -> str:
    """HTML of a line above a table; every text in it is escaped.

    Args:
        line: what the object is.
        table: of it; numbers that are not whole have four decimals.
    """
    body = table.to_html(index=False, border=0, float_format=lambda value: f"{value:.4f}", na_rep="")
    return f"<div><div><b>{escape(line)}</b></div>{body}</div>"


def counted(counts: Mapping[str, int]) -> str:
    """Counts in words: "3,200 interactions, 400 users"."""
    return ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items())
