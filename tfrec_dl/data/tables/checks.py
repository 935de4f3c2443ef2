"""Turns the raw columns of a table into checked arrays; every error names the column, the row and the value."""

from collections.abc import Callable, Hashable
from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd

from tfrec_dl.errors import InputError

Locate = Callable[[int], str]
"""Row number from 0 -> how the user finds it: "row 3" of a frame, "line 4" of a file."""

EXACT_FLOAT = 2.0**53
"""Above it floats skip integers, so an id that passed through a float may be another id."""


def show(value: object, limit: int = 60) -> str:
    """Formats the value on one line, shortened."""
    text = repr(value.item() if isinstance(value, np.generic) else value).replace("\n", " ")
    return text if len(text) <= limit else f"{text[:limit]}... ({len(text)} characters)"


def checked_ids(column: pd.Series, name: Hashable, locate: Locate) -> tuple[np.ndarray, np.ndarray]:
    """Numbers the distinct ids of a column in order of first appearance.

    Text is used unchanged ("007" stays "007"). Integers become their decimal strings, and so do floats with integer
    values, which pandas makes of an integer column with a gap. Bytes are decoded as UTF-8.

    Args:
        column: [n] ids: strings, bytes, integers or integer-valued floats.
        name: the column's name, for errors.
        locate: how to name a row, for errors.

    Returns:
        codes [n] int32 and ids [distinct] object (str).

    Raises:
        InputError: for a missing or empty id, or one that is neither text nor integer.
    """
    try:
        codes, distinct = pd.factorize(column)
    except TypeError as error:  # Lists and dictionaries.
        raise InputError(f"column {name!r} holds ids such as {show(column.iloc[0])}: use text or integers") from error
    codes = codes.astype(np.int32)
    refuse(codes < 0, column, name, locate, "the id is missing", "fill it in or drop the row")
    plain_ids = _plain_ids(np.asarray(distinct))
    if plain_ids is not None:
        return codes, plain_ids
    ids = np.empty(len(distinct), dtype=object)
    for index, value in enumerate(np.asarray(distinct, dtype=object)):
        text, problem = _id_text(value)
        if problem:
            row = int(np.argmax(codes == index))
            raise InputError(f"column {name!r}, {locate(row)}: {problem}")
        ids[index] = text
    # An object column may hold 1 and "1": the same id twice.
    merged, unique = pd.factorize(ids)
    return (codes, ids) if len(unique) == len(ids) else (merged.astype(np.int32)[codes], unique)


def id_texts(ids: Any, locate: Locate) -> np.ndarray:
    """Converts ids to text by the rules of `checked_ids`; the empty string, which is no id, stays.

    Args:
        ids: ids of any shape.
        locate: how to name the n-th of them, for errors.

    Returns:
        object (str) of the same shape.

    Raises:
        InputError: for a missing id, or one that is neither text nor integer.
    """
    array = np.asarray(ids, dtype=object)
    flat = array.ravel()
    if pd.api.types.infer_dtype(flat, skipna=False) == "string":
        with suppress(UnicodeEncodeError):
            "".join(flat.tolist()).encode()
            return array
    try:
        codes, distinct = pd.factorize(flat)
    except TypeError as error:
        raise InputError(f"ids such as {show(flat[0])} are neither text nor integers: use text or integers") from error
    if (codes < 0).any():
        row = int(np.argmax(codes < 0))
        raise InputError(f"{locate(row)}: the id is missing, got {show(flat[row])}: leave it out or fill it in")
    texts = np.empty(len(distinct), dtype=object)
    for index, value in enumerate(distinct):
        texts[index], problem = ("", "") if isinstance(value, (str, bytes)) and not value else _id_text(value)
        if problem:
            raise InputError(f"{locate(int(np.argmax(codes == index)))}: {problem}")
    return texts[codes].reshape(array.shape)


def _plain_ids(distinct: np.ndarray) -> np.ndarray | None:
    """Converts distinct ids to text if all are integers, or all text that needs no further check; otherwise None."""
    if distinct.dtype.kind in "iu":
        return distinct.astype(str).astype(object)
    values = distinct.tolist()
    if set(map(type, values)) != {str} or not all(values):
        return None
    try:
        "".join(values).encode()
    except UnicodeEncodeError:
        return None
    return distinct.astype(object)


def _id_text(value: Any) -> tuple[str, str]:
    """Returns the id as text, and what is wrong with it ("" for nothing)."""
    if isinstance(value, str):
        if not value:
            return "", "the id is an empty string: fill it in or drop the row"
        try:
            value.encode()
        except UnicodeEncodeError:
            return "", f"the id {show(value)} is not valid Unicode: re-read the table with the right encoding"
        return str(value), ""
    if isinstance(value, bytes):
        try:
            return _id_text(value.decode())
        except UnicodeDecodeError:
            return "", f"the id {show(value)} is not UTF-8: use text or integers"
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        return str(int(value)), ""
    if isinstance(value, (float, np.floating)):
        number = float(value)
        if number.is_integer() and abs(number) < EXACT_FLOAT:
            return str(int(number)), ""
        return "", f"the id {show(value)} is a float without an exact integer value: read the ids as text"
    return "", f"the id {show(value)} is of type {type(value).__name__}: use text or integers"


def checked_numbers(column: pd.Series, name: Hashable, locate: Locate, part: str) -> np.ndarray:
    """Converts ratings or weights to finite float32.

    Args:
        column: [n] numbers, text that spells them, or booleans, which are 1 and 0.
        name: the column's name, for errors.
        locate: how to name a row, for errors.
        part: "rating", or "weight", which may not be negative.

    Returns:
        [n] float32.

    Raises:
        InputError: for a missing, infinite or non-numeric value or a negative weight.
    """
    remedy = f"correct it, or drop the row or the column {name!r}"
    refuse(column.isna().to_numpy(), column, name, locate, f"the {part} is missing", remedy)
    column = plain(column)
    if not (is_text(column) or pd.api.types.is_numeric_dtype(column.dtype)):
        raise InputError(
            f"column {name!r} holds {column.dtype} values such as {show(column.iloc[0])}: a {part} is a number"
        )
    numbers = as_numbers(column)
    refuse(np.isnan(numbers), column, name, locate, f"the {part} is not a number", remedy)
    with np.errstate(over="ignore"):
        values = numbers.astype(np.float32)
    refuse(np.isinf(values), column, name, locate, f"the {part} is infinite or too large", remedy)
    if part == "weight":
        refuse(values < 0, column, name, locate, "the weight is negative", remedy)
    return values


def as_numbers(column: pd.Series) -> np.ndarray:
    """[n] float64 of numbers, text that spells them, "true" and "false" as 1 and 0; NaN for everything else."""
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan, copy=True)
    if is_text(column) and (unread := np.isnan(numbers)).any():
        words = column[unread].map(lambda value: value.strip().lower() if isinstance(value, str) else value)
        numbers[unread] = words.map({"true": 1.0, "false": 0.0}).to_numpy(dtype=np.float64, na_value=np.nan)
    return numbers


def refuse(bad: np.ndarray, column: pd.Series, name: Hashable, locate: Locate, problem: str, remedy: str) -> None:
    """Raises an InputError about the first bad row, if there is one."""
    count = int(np.count_nonzero(bad))
    if count:
        row = int(np.argmax(bad))
        others = f" (and in {count - 1} more)" if count > 1 else ""
        raise InputError(f"column {name!r}, {locate(row)}{others}: {problem}, got {show(column.iloc[row])}: {remedy}")


def plain(column: pd.Series) -> pd.Series:
    """Returns the column without a category or Arrow wrapper."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        if column.hasnans:  # Integers could not represent the gaps.
            return column.astype(object).infer_objects()
        return column.astype(column.cat.categories.dtype)
    if isinstance(column.dtype, pd.ArrowDtype):
        return pd.Series(column.array.__arrow_array__().to_pandas(date_as_object=False))
    return column


def is_text(column: pd.Series) -> bool:
    """Whether the column holds text, or objects that may include text."""
    return pd.api.types.is_object_dtype(column.dtype) or pd.api.types.is_string_dtype(column.dtype)
