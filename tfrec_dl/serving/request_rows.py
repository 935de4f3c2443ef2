"""Conversion of Python lists to request tensors, and of answers to Python lists."""

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any

import numpy as np
import pandas as pd
import tensorflow as tf

from tfrec_dl.data.tables.checks import Locate, id_texts
from tfrec_dl.errors import InputError

Pairs = list[tuple[str, float]]
Context = Mapping[str, Sequence[Any]]
Past = Mapping[str, Sequence[Sequence[float | None]]]


def id_list(values: Sequence[str] | np.ndarray, name: str, missing: str | None = None) -> list[str]:
    """Converts ids to text as in training: 318.0 becomes "318", bytes are decoded, and "" stays.

    Args:
        values: ids to convert.
        name: name of the argument, for errors.
        missing: text that replaces None and NaN; None rejects them.

    Raises:
        InputError: if they are not a list, or an id is missing or neither text nor an integer.
    """
    if not _is_list(values):
        raise InputError(f"{name} is {values!r:.80}, but must be a list of ids, one for each request.")
    given = [missing if missing is not None and _is_missing(value) else value for value in values]
    return _texts(given, lambda place: f"{name}, place {place}")


def id_rows(values: Sequence[Sequence[str]], name: str) -> list[list[str]]:
    """Converts rows of ids to text as in training: 318.0 becomes "318", bytes are decoded, and "" stays.

    Raises:
        InputError: if they are not a list of lists, or an id is missing or neither text nor an integer.
    """
    if not _is_list(values) or not all(map(_is_list, values := list(values))):
        raise InputError(f"{name} is {values!r:.80}, but must be a list of lists of ids, one list for each user.")
    rows = [list(row) for row in values]
    ends = np.cumsum([len(row) for row in rows])

    def locate(place: int) -> str:
        row = int(np.searchsorted(ends, place, side="right"))
        return f"{name}, row {row}, place {place - int(ends[row]) + len(rows[row])}"

    texts = _texts([item for row in rows for item in row], locate)
    return [texts[end - len(row) : end] for row, end in zip(rows, ends.tolist(), strict=True)]


def _is_list(values: Any) -> bool:
    return isinstance(values, Iterable) and not isinstance(values, (str, bytes, Set, Mapping))  # these have no order


def _is_missing(value: Any) -> bool:
    """Whether a value is None, NaN or pandas' NA."""
    return bool(pd.api.types.is_scalar(value) and pd.isna(value))


def _texts(values: list[Any], locate: Locate) -> list[str]:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return id_texts(array, locate).tolist()


def id_rows_beside(values: Sequence[Sequence[str]], rows: list[list[str]], name: str = "exclude") -> list[list[str]]:
    """Does the same as `id_rows`, and requires as many rows as there are histories.

    Raises:
        InputError: as in `id_rows`, or if the number of rows differs.
    """
    found = id_rows(values, name)
    if len(found) != len(rows):
        raise InputError(f"{name} has {len(found)} rows, but histories has {len(rows)}: give one row for each.")
    return found


def padded(rows: list[list[str]]) -> tf.Tensor:
    """Converts rows of ids to a string tensor [B, longest], padded with ""."""
    longest = max(map(len, rows), default=0)
    return tf.constant([row + [""] * (longest - len(row)) for row in rows], tf.string, shape=[len(rows), longest])


def pairs(item_ids: np.ndarray, scores: np.ndarray) -> list[Pairs]:
    """Converts ids [B, k] and scores [B, k] to pairs (id, score) per row, without empty places."""
    return [
        [(item.decode(), float(score)) for item, score in zip(ids, row, strict=True) if item]
        for ids, row in zip(item_ids, scores, strict=True)
    ]
