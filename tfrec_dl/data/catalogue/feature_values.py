"""Turns a column of a table into the raw values of a feature; every error names the column, the row and the value."""

import numpy as np
import pandas as pd

from tfrec_dl.data.catalogue.feature_kinds import SEPARATOR, is_sequence, missing_cells
from tfrec_dl.data.tables.checks import EXACT_FLOAT, Locate, is_text, plain, refuse, show
from tfrec_dl.errors import InputError


def checked_texts(column: pd.Series, name: str, locate: Locate) -> np.ndarray:
    """Checks text or categories: [n] object (str) without surrounding spaces, "" if missing.

    Numbers become their decimal text; 10.0 becomes "10", because pandas makes 10.0 of 10 in a column with gaps.

    Raises:
        InputError: if a value is not a single one, or has NUL bytes or invalid Unicode.
    """
    column = plain(column)
    missing = missing_cells(column)
    texts = np.full(len(column), "", dtype=object)
    for row, value in enumerate(_cells(column)):
        if not missing[row]:
            texts[row] = value.strip() if isinstance(value, str) else _as_text(value, name, row, locate)
    _refuse_unprintable(texts, name, locate)
    return texts


def checked_lists(column: pd.Series, name: str, locate: Locate) -> np.ndarray:
    """Checks lists of categories: [n] object (str), parts joined by "|" without surrounding spaces, "" if missing.

    Cells are text of the form "a|b", or lists of values.

    Raises:
        InputError: if there are NUL bytes, invalid Unicode, or a "|" inside a list's value.
    """
    column = plain(column)
    missing = missing_cells(column)
    joined = np.full(len(column), "", dtype=object)
    for row, value in enumerate(_cells(column)):
        if missing[row]:
            continue
        if is_sequence(value):
            members = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
            parts = [_as_text(part, name, row, locate).strip() for part in members if not _is_none(part)]
            if any(SEPARATOR in part for part in parts):
                raise InputError(
                    f"column {name!r}, {locate(row)}: {show(value)} holds {SEPARATOR!r}, which separates values: "
                    "replace it"
                )
        else:
            parts = [part.strip() for part in _as_text(value, name, row, locate).split(SEPARATOR)]
        joined[row] = SEPARATOR.join(filter(None, parts))
    _refuse_unprintable(joined, name, locate)
    return joined


def checked_measures(column: pd.Series, name: str, locate: Locate) -> np.ndarray:
    """Checks numbers: [n] float32, NaN if missing; datetimes and ISO 8601 text become days since 1970 (UTC).

    Raises:
        InputError: if a value is neither a number nor a datetime, is infinite or exceeds float32.
    """
    column = plain(column)
    missing = missing_cells(column)
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        numbers = _days(column)
    elif is_text(column):
        column = column.where(~missing, None)
        numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
        bad = np.isnan(numbers) & ~missing & (column.astype(str).str.strip().str.lower() != "nan").to_numpy()
        if bad.any():
            # pandas would read a number as another datetime.
            words = column.map(lambda value: None if pd.api.types.is_number(value) else str(value))
            datetimes = pd.to_datetime(words, errors="coerce", format="ISO8601", utc=True)
            unread = datetimes.isna().to_numpy() & ~missing
            if np.count_nonzero(unread) < np.count_nonzero(bad):
                numbers, bad = _days(datetimes), unread
            remedy = "correct it, leave it empty, or give the column another kind"
            refuse(bad, column, name, locate, "the value is neither a number nor a date", remedy)
    elif pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_complex_dtype(column.dtype):
        numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        raise InputError(f"column {name!r} holds {column.dtype} values such as {show(column.iloc[0])}: not numbers")
    with np.errstate(over="ignore"):
        values = numbers.astype(np.float32)
    refuse(
        np.isinf(values), column, name, locate, "the number is infinite or too large", "correct it or leave it empty"
    )
    return values


def _days(column: pd.Series) -> np.ndarray:
    if column.dt.tz is not None:
        column = column.dt.tz_convert("UTC").dt.tz_localize(None)
    return (column.to_numpy() - np.datetime64(0, "s")) / np.timedelta64(1, "D")


def _cells(column: pd.Series) -> np.ndarray:
    """Returns the values, [n] object; float32 values stay float32, because 0.1 differs from that of float64."""
    if column.dtype in (np.float16, np.float32):
        return np.array([*column.to_numpy(), None], dtype=object)[:-1]
    return column.to_numpy(dtype=object)


def _is_none(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and value != value)


def _as_text(value: object, name: str, row: int, locate: Locate) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, (bytes, dict, np.ndarray)) or is_sequence(value):
        raise InputError(
            f"column {name!r}, {locate(row)}: the value {show(value)} is of type {type(value).__name__}: use text, or "
            "give the column another kind"
        )
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        if abs(float(value)) >= EXACT_FLOAT:
            raise InputError(
                f"column {name!r}, {locate(row)}: the code {show(value)} is a float without an exact integer value: "
                "read the codes as text"
            )
        return str(int(value))
    return str(value)


def _refuse_unprintable(texts: np.ndarray, name: str, locate: Locate) -> None:
    """Raises an InputError about the first text that TensorFlow could not represent or would truncate."""
    for row, text in enumerate(texts):
        if "\0" in text:
            position = text.index("\0")
            raise InputError(
                f"column {name!r}, {locate(row)}: the text has a NUL byte at character {position + 1}: remove it"
            )
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise InputError(
                f"column {name!r}, {locate(row)}: the text is not valid Unicode at character {error.start + 1}: "
                "re-read the table with the right encoding"
            ) from error
