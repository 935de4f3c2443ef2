"""Hints on columns of text that were meant to be numbers."""

import re
from collections.abc import Sequence

from tfrec_dl.data.tables.checks import show
from tfrec_dl.data.tables.csv_columns import NUMBER

PLAIN = re.compile(NUMBER, re.ASCII)
GROUPED = r"\d{1,3}(?:[,'’\u00a0\u202f ]\d{3})+(?:\.\d+)?|\d{1,3}(?:[.'’\u00a0\u202f ]\d{3})+(?:,\d+)?"
SIGNED = re.compile(rf"[^\w\s]{{0,2}}\s?[+-]?(?:{GROUPED}|\d+(?:[.,]\d+)?)\s?[^\w\s]{{0,2}}")
"""A number with a sign of currency or a percent before or after it, or with separators that programs do not write."""
NEARLY_ALL = 0.9
FEWEST = 10
"""Values from which a hint is given."""
LOOKED_AT = 1_000


def nearly_numbers(texts: Sequence[str]) -> str:
    """What keeps a column from being numbers; "" where its values are something else.

    Args:
        texts: values without spaces around.

    Returns:
        For example "29 of its 30 values are numbers, but '-' is not: empty it to have numbers".
    """
    texts = texts[:LOOKED_AT]
    if len(texts) < FEWEST:
        return ""
    others = [text for text in texts if not PLAIN.fullmatch(text)]
    if not others:
        return ""
    if len(others) <= (1 - NEARLY_ALL) * len(texts):
        numbers = f"{len(texts) - len(others)} of {len(texts)} values are numbers"
        return f"{numbers}, but {show(others[0], 20)} is not: empty such fields to have numbers"
    signed = [text for text in others if SIGNED.fullmatch(text)]
    if len(texts) - len(others) + len(signed) >= NEARLY_ALL * len(texts):
        return f"they are numbers but for the signs in {show(signed[0], 20)}: write it as programs do to have numbers"
    return ""
