"""Guesses the kind of a feature from the values of its column."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Literal

import numpy as np
import pandas as pd

from tfrec_dl.data.catalogue.nearly_numbers import nearly_numbers
from tfrec_dl.data.catalogue.scripts import is_spaceless
from tfrec_dl.data.tables.checks import is_text, plain, show
from tfrec_dl.data.tables.csv_columns import NUMBER

Kind = Literal["text", "category", "multi_category", "number", "image"]
KINDS: tuple[Kind, ...] = ("text", "category", "multi_category", "number", "image")

SEPARATOR = "|"
"""Separator of the parts of a multi_category value."""
PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp")
OTHER_PICTURES = (".tif", ".tiff", ".avif", ".heic", ".svg")
SIGNATURES = (b"\xff\xd8", b"\x89PNG", b"GIF8", b"BM", b"RIFF")
"""First bytes of encoded pictures."""
_NUMBER = re.compile(NUMBER, re.ASCII)
DAY = re.compile(r"\d{4}-\d\d-\d\d([ T][\d:.]+)?(Z|[+-]\d\d:?\d\d)?", re.ASCII)
SEVERAL = 0.1
"""Least share of values with a separator for a column to hold lists."""
SHARED = 0.5
"""Least share of values that occur more than once for phrases to be categories rather than text."""
WORD, PHRASE = 20, 60
"""In characters: the longest word, and the largest mean length of phrases, that may be categories."""
IDENTIFIERS = 20
"""Number of rows from which a column of distinct one-word values is taken for an identifier."""


def missing_cells(column: pd.Series) -> np.ndarray:
    """Finds missing cells, [n] bool: None, NaN and the like, and text that is empty or only spaces."""
    missing = column.isna().to_numpy(dtype=bool, copy=True)
    if is_text(column):
        cells = column.to_numpy(dtype=object)  # looping over an Arrow column is slow
        missing |= np.fromiter((isinstance(v, str) and not v.strip() for v in cells), dtype=bool, count=len(cells))
    return missing


def is_sequence(value: object) -> bool:
    """Whether a cell holds several values: a list, tuple, set or one-dimensional array."""
    return isinstance(value, (list, tuple, set, frozenset)) or (isinstance(value, np.ndarray) and value.ndim == 1)


def infer_kind(column: pd.Series, exists: Callable[[str], bool]) -> tuple[Kind | None, str]:
    """Guesses the kind of a column.

    The rules apply in this order:

    - Columns with no value or a single distinct value are no feature.
    - Paths of existing pictures, encoded pictures and arrays are images.
    - Numbers, dates and text that spells either are numbers ("007" does not).
    - Lists, and text of which a tenth contains "|", are multi_category.
    - Short single words, and phrases of which half occur more than once, are categories.
    - Single words that are all different are identifiers, hence no feature.
    - The rest is text.

    In scripts written without spaces (Han, Kana, Thai, Lao, Khmer, ...) every text is a phrase. Vectors, structures and
    bytes that are no picture are no features either.

    Args:
        column: [n] values.
        exists: whether there is a picture at a path.

    Returns:
        The kind and "", or None and the reason why the column is no feature.
    """
    column = plain(column)
    missing = missing_cells(column)
    filled = column[~missing]
    if not len(filled):
        return None, "it has no values"
    if _is_number_dtype(filled):
        return ("number", "") if filled.nunique() > 1 or len(filled) == 1 else _constant(filled)
    first = filled.iloc[0]
    if isinstance(first, bytes) and not first.startswith(SIGNATURES):
        return None, f"it holds bytes such as {show(first)}, which are not a picture"
    if isinstance(first, bytes) or (isinstance(first, np.ndarray) and first.ndim != 1):
        return "image", ""
    if is_sequence(first):
        if any(isinstance(member, (float, np.floating)) for member in first):
            return None, f"it holds vectors such as {show(first)}: give each of their numbers a column"
        return "multi_category", ""
    if isinstance(first, dict):
        return None, f"it holds structures such as {show(first)}"
    texts = [str(value).strip() for value in filled.to_numpy(dtype=object)]
    distinct = set(texts)
    if len(distinct) == 1 and not missing.any() and len(column) > 1:
        return _constant(filled)
    return _kind_of_text(texts, distinct, exists)


def _is_number_dtype(column: pd.Series) -> bool:
    dtype = column.dtype
    return pd.api.types.is_datetime64_any_dtype(dtype) or (
        pd.api.types.is_any_real_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype)
    )


def _constant(filled: pd.Series) -> tuple[None, str]:
    return None, f"its only value is {show(filled.iloc[0])}"


def _differ(texts: set[str]) -> bool:
    """Whether some texts, all numbers or all dates, have more than one value."""
    try:
        values = map(Decimal, texts)
        first = next(values)
        return any(value != first for value in values)
    except InvalidOperation:
        return len(texts) > 1


def _kind_of_text(texts: Sequence[str], distinct: set[str], exists: Callable[[str], bool]) -> tuple[Kind | None, str]:
    if all(text.lower().endswith(PICTURES + OTHER_PICTURES) for text in distinct):
        if any(text.lower().endswith(PICTURES) and exists(text) for text in distinct):
            return "image", ""
        return (
            None,
            f"it names pictures such as {show(texts[0])}, none of which is a JPEG, PNG, GIF, BMP or WebP found here",
        )
    if all(_NUMBER.fullmatch(text) for text in distinct) or all(DAY.fullmatch(text) for text in distinct):
        return ("number", "") if len(texts) == 1 or _differ(distinct) else (None, f"its only value is {texts[0]!r}")
    if sum(SEPARATOR in text for text in texts) >= SEVERAL * len(texts):
        return "multi_category", ""
    spaceless = sum(map(is_spaceless, distinct)) >= SHARED * len(distinct)
    if not spaceless and all(len(text) <= WORD and not re.search(r"\s", text) for text in distinct):
        if len(distinct) == len(texts) >= IDENTIFIERS:
            return None, nearly_numbers(texts) or (
                f"its values are words such as {show(texts[0])}, all different, as identifiers are"
            )
        return "category", ""
    counts = pd.Series(texts, dtype=object).value_counts()
    shared = int(counts[counts > 1].sum())
    if shared >= SHARED * len(texts) and sum(map(len, texts)) <= PHRASE * len(texts):
        return "category", ""
    return "text", ""
