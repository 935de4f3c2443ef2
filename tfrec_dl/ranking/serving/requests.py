"""Requests to an exported ranking model, built from Python lists."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import tensorflow as tf

from tfrec_dl.data.catalogue.columns import feature_values
from tfrec_dl.data.catalogue.feature_kinds import Kind
from tfrec_dl.errors import InputError
from tfrec_dl.ranking.serving.inputs import RankingInputs
from tfrec_dl.serving.features import FeatureInput
from tfrec_dl.serving.request_rows import Context, Past, id_list, id_rows, id_rows_beside

ROWS_AT_ONCE = 16_384  # maximum number of candidates, which limits the memory of their histories
NAN = float("nan")


class Requests:
    """A set of requests.

    Args:
        values: inputs of a signature: one value, or one ragged row of values, per request.
        width: approximate number of candidates per request.
    """

    def __init__(self, values: Mapping[str, tf.Tensor | tf.RaggedTensor], width: float) -> None:
        self._values = dict(values)
        self._size = max(1, int(ROWS_AT_ONCE / max(width, 1)))

    def with_inputs(self, inputs: Mapping[str, tf.Tensor]) -> "Requests":
        """Returns the requests with additional inputs, one row per request."""
        return Requests({**self._values, **inputs}, ROWS_AT_ONCE / self._size)

    def parts(self) -> Iterator[dict[str, tf.Tensor]]:
        """Yields the padded inputs for some requests at a time; one part without requests if there are none."""
        count = int(self._values["user_id"].shape[0])
        for start in range(0, max(count, 1), self._size):
            part = {name: values[start : start + self._size] for name, values in self._values.items()}
            yield {name: _padded(values) for name, values in part.items()}


def rank_requests(
    inputs: RankingInputs,
    user_ids: Sequence[str],
    histories: Sequence[Sequence[str]],
    candidates: Sequence[Sequence[str]],
    context: Context | None = None,
    past: Past | None = None,
) -> Requests:
    """Builds requests to `rank`.

    Raises:
        InputError: if a feature is missing, is not an input, or has a different number of values than there are
            requests, candidates or past items.
    """
    values, asked = _common(inputs, user_ids, histories, past, inputs.past)
    ids = id_rows_beside(candidates, asked, "candidates")
    values["item_ids"] = _ragged_ids(ids)
    context = context or {}
    _require(context, inputs.context)
    values |= _of_requests(inputs.request, context, len(ids))
    for each in inputs.candidate:
        values[each.name] = _ragged(context[each.feature], ids, each.feature, each.kind, "candidates")
    return Requests(values, sum(map(len, ids)) / max(len(ids), 1))


def recommend_ranked_requests(
    inputs: RankingInputs,
    user_ids: Sequence[str],
    histories: Sequence[Sequence[str]],
    context: Context | None = None,
    past: Past | None = None,
    exclude: Sequence[Sequence[str]] | None = None,
) -> Requests:
    """Builds requests to `recommend_ranked`.

    Raises:
        InputError: as in `rank_requests`.
    """
    values, asked = _common(inputs, user_ids, histories, past, inputs.past_of_two_stages)
    values["exclude"] = _ragged_ids([[] for _ in asked] if exclude is None else id_rows_beside(exclude, asked))
    _require(context or {}, inputs.asked)
    values |= _of_requests(inputs.asked, context or {}, len(asked))
    return Requests(values, ROWS_AT_ONCE / 64)


def _common(
    inputs: RankingInputs,
    user_ids: Sequence[str],
    histories: Sequence[Sequence[str]],
    past: Past | None,
    names: Sequence[str],
) -> tuple[dict[str, Any], list[list[str]]]:
    """Returns user ids, histories, and what is known about the past items."""
    users = id_list(user_ids, "user_ids", missing="")
    rows = id_rows(histories, "histories")
    if len(users) != len(rows):
        raise InputError(f"user_ids has {len(users)} ids, but histories has {len(rows)} rows: give one for each.")
    values: dict[str, Any] = {
        "user_id": tf.constant(users, tf.string, shape=[len(rows)]),
        "history": _ragged_ids(rows),
    }
    if past is None:
        past = {name: [[None] * len(row) for row in rows] for name in names}
    if unknown := [name for name in past if name not in names]:
        raise InputError(f"past has {unknown[0]!r}, which the ranker does not read: it reads {_listed(names)}.")
    if any(rows) and (missing := [name for name in names if name not in past]):
        raise InputError(f"past lacks {_listed(missing)}: give a number for each item of the histories, or None.")
    empty: list[list[float]] = [[] for _ in rows]
    for name in names:
        values[name] = _ragged(past.get(name, empty), rows, name, "number", "histories")
    return values, rows


def _require(context: Context, inputs: Sequence[FeatureInput]) -> None:
    names = [each.feature for each in inputs]
    if unknown := [name for name in context if name not in names]:
        raise InputError(f"context has {unknown[0]!r}, which is not asked for here: give {_listed(names)}.")
    if missing := [name for name in names if name not in context]:
        raise InputError(f"context lacks {_listed(missing)}: give values for each, None where one is not known.")


def _of_requests(inputs: Sequence[FeatureInput], context: Context, count: int) -> dict[str, tf.Tensor]:
    found = {}
    for each in inputs:
        values = context[each.feature]
        if isinstance(values, str) or len(values) != count:
            raise InputError(
                f"feature {each.feature!r} belongs to the request: give a list of {count} values, one for each request."
            )
        found[each.name] = tf.constant(_checked(values, each.feature, each.kind), each.spec.dtype, shape=[count])
    return found


def _ragged(values: Sequence[Any], beside: list[list[str]], name: str, kind: Kind, of: str) -> tf.RaggedTensor:
    """Converts one value per id to a ragged tensor.

    Raises:
        InputError: if the number of values differs, or a value is of another kind.
    """
    lengths = [len(row) for row in beside]
    given = [None if isinstance(row, str) or not hasattr(row, "__len__") else len(row) for row in values]
    if given != lengths:
        raise InputError(f"{name!r} does not fit the {of}: give a list for each request, a value for each id in it.")
    checked = _checked([value for row in values for value in row], name, kind)
    dtype = tf.float32 if kind == "number" else tf.string
    return tf.RaggedTensor.from_row_lengths(tf.constant(checked, dtype, shape=[sum(lengths)]), _lengths(lengths))


def _ragged_ids(rows: list[list[str]]) -> tf.RaggedTensor:
    flat = [item for row in rows for item in row]
    return tf.RaggedTensor.from_row_lengths(
        tf.constant(flat, tf.string, shape=[len(flat)]), _lengths([len(row) for row in rows])
    )


def _lengths(lengths: list[int]) -> np.ndarray:
    return np.array(lengths, dtype=np.int64)


def _checked(values: Sequence[Any], name: str, kind: Kind) -> np.ndarray:
    """Checks raw values as in training."""
    if not len(values):
        return np.empty(0, dtype=np.float32 if kind == "number" else object)
    column = pd.Series(list(values), name=name, dtype=None if kind == "number" else object)
    return feature_values(column, kind, lambda row: f"value {row + 1}", (1, 1), Path("."))


def _padded(values: tf.Tensor | tf.RaggedTensor) -> tf.Tensor:
    if not isinstance(values, tf.RaggedTensor):
        return values
    return values.to_tensor("" if values.dtype == tf.string else NAN)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names)) or "nothing"
