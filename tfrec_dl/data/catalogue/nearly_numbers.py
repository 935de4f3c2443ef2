"""Hints on text columns that were probably meant to be numbers."""

import re
from collections.abc import Sequence

from tfrec_dl.data.tables.checks import show
from tfrec_dl.data.tables.csv_columns import NUMBER

PLAIN = re.compile(NUMBER, re.ASCII)
GROUPED = r"\d{1,3}(?:[,'’\u00a0\u202f ]\d{3})+(?:\.\d+)?|\d{1,3}(?:[.'’\u00a0\u202f ]\d{3})+(?:,\d+)?"
SIGNED = re.compile(rf"[^\w\s]{{0,2}}\s?[+-]?(?:{GROUPED}|\d+(?:[.,]\d+)?)\s?[^\w\s]{{0,2}}")
"""A number with a currency or percent sign before or after it, or with separators that programs do not write."""
NEARLY_ALL = 0.9
FEWEST = 10
"""Fewest values for which a hint is given."""
LOOKED_AT = 1_000


def nearly_numbers(texts: Sequence[str]) -> str:
    """Describes what keeps a column from being numbers; returns "" if its values are something else.

    Args:
        texts: values without surrounding spaces.

    Returns:
        For example "29 of its 30 values are numbers, but '-' is not: empty such fields to get numbers".
    """
    texts = texts[:LOOKED_AT]
    if len(texts) < FEWEST:
        return ""
    others = [text for text in texts if not PLAIN.fullmatch(text)]
    if not others:
        return ""
    if len(others) <= (1 - NEARLY_ALL) * len(texts):
        numbers = f"{len(texts) - len(others)} of {len(texts)} values are numbers"
        return f"{numbers}, but {show(others[0], 20)} is not: empty such fields to get numbers"
    signed = [text for text in others if SIGNED.fullmatch(text)]
    if len(texts) - len(others) + len(signed) >= NEARLY_ALL * len(texts):
        return f"they are numbers except for the signs in {show(signed[0], 20)}: write plain numbers instead"
    return ""
