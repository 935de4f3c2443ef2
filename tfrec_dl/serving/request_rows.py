"""Conversion of Python lists to the tensors of requests, and of answers to Python lists."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from tfrec_dl.errors import InputError

Pairs = list[tuple[str, float]]
Context = Mapping[str, Sequence[Any]]
Past = Mapping[str, Sequence[Sequence[float | None]]]


def id_rows(values: Sequence[Sequence[str]], name: str) -> list[list[str]]:
    """Ids as text, a list a row.

    Raises:
        InputError: if they are no list of lists.
    """
    if isinstance(values, str) or any(isinstance(row, str) for row in values):
        raise InputError(f"{name} is {values!r:.80}, but must be a list of lists of ids, one list for each user.")
    return [[str(item) for item in row] for row in values]


def id_rows_beside(values: Sequence[Sequence[str]], rows: list[list[str]], name: str = "exclude") -> list[list[str]]:
    """The same, as many rows as the histories have.

    Raises:
        InputError: as `id_rows`, or for another number of rows.
    """
    found = id_rows(values, name)
    if len(found) != len(rows):
        raise InputError(f"{name} has {len(found)} rows, but histories has {len(rows)}: give one row for each.")
    return found


def padded(rows: list[list[str]]) -> tf.Tensor:
    """Rows of ids to a string tensor [B, longest], padded with ""."""
    longest = max(map(len, rows), default=0)
    return tf.constant([row + [""] * (longest - len(row)) for row in rows], tf.string, shape=[len(rows), longest])


def pairs(item_ids: np.ndarray, scores: np.ndarray) -> list[Pairs]:
    """Ids [B, k] and scores [B, k] -> for each row the pairs (id, score), empty places left out."""
    return [
        [(item.decode(), float(score)) for item, score in zip(ids, row, strict=True) if item]
        for ids, row in zip(item_ids, scores, strict=True)
    ]
