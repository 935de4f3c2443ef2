"""Layouts of recommendations in a table: one row per user and rank, or one row per user."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tfrec_dl.errors import InputError
from tfrec_dl.names import nearest
from tfrec_dl.serving.names import RECOMMENDATION_ID
from tfrec_dl.serving.recommendations import Recommendations

Shown = Mapping[str, pa.Array]
"""What is shown of items: maps names of columns to a text for each recommendation."""


class Layout(ABC):
    """Base class for converting recommendations to table rows.

    Attributes:
        name: name that selects the layout.
    """

    name: ClassVar[str]

    @abstractmethod
    def schema(self, shown: Sequence[str]) -> pa.Schema:
        """Returns the columns of the table.

        Args:
            shown: columns that the export shows about items.
        """

    @abstractmethod
    def table(self, users: Sequence[str], answers: Sequence[Recommendations], shown: Shown) -> pa.Table:
        """Returns the rows for some users.

        Args:
            users: user ids.
            answers: recommendations of each user.
            shown: shown values of all recommendations, user by user.
        """

    @abstractmethod
    def counts(self, rows: pa.Table) -> tuple[int, int]:
        """Counts the users with at least one recommendation, and the recommendations, in some rows of the table."""


class Long(Layout):
    """One row per user and rank: `user_id`, `rank` from 1, `item_id`, `score`, `recommendation_id`, shown columns."""

    name = "long"

    def schema(self, shown: Sequence[str]) -> pa.Schema:
        """See `Layout.schema`."""
        columns = {"user_id": pa.string(), "rank": pa.int32(), "item_id": pa.string(), "score": pa.float32()}
        return pa.schema({**columns, **dict.fromkeys([RECOMMENDATION_ID, *shown], pa.string())})

    def table(self, users: Sequence[str], answers: Sequence[Recommendations], shown: Shown) -> pa.Table:
        """See `Layout.table`."""
        counts = _lengths(answers)
        first = np.repeat(np.cumsum(counts) - counts, counts)
        rows = np.repeat(np.arange(len(users)), counts)
        columns = {
            "user_id": pa.array(users, pa.string()).take(rows),
            "rank": pa.array((np.arange(len(first)) - first + 1).astype(np.int32)),
            "item_id": items_of(answers),
            "score": _scores(answers),
            RECOMMENDATION_ID: _ids(answers).take(rows),
            **shown,
        }
        return pa.table(columns, schema=self.schema(list(shown)))

    def counts(self, rows: pa.Table) -> tuple[int, int]:
        """See `Layout.counts`."""
        return pc.sum(pc.equal(rows["rank"], 1)).as_py() or 0, rows.num_rows


class Lists(Layout):
    """One row per user: `user_id`, `recommendation_id`, lists `item_ids`, `scores` and of shown columns, best first."""

    name = "lists"

    def schema(self, shown: Sequence[str]) -> pa.Schema:
        """See `Layout.schema`."""
        texts = pa.list_(pa.string())
        columns = {"user_id": pa.string(), RECOMMENDATION_ID: pa.string()}
        columns |= {"item_ids": texts, "scores": pa.list_(pa.float32())}
        return pa.schema({**columns, **dict.fromkeys(shown, texts)})

    def table(self, users: Sequence[str], answers: Sequence[Recommendations], shown: Shown) -> pa.Table:
        """See `Layout.table`."""
        offsets = pa.array(np.concatenate([[0], np.cumsum(_lengths(answers))]).astype(np.int32))
        values = {"item_ids": items_of(answers), "scores": _scores(answers), **shown}
        lists = {name: pa.ListArray.from_arrays(offsets, each) for name, each in values.items()}
        columns = {"user_id": pa.array(users, pa.string()), RECOMMENDATION_ID: _ids(answers), **lists}
        return pa.table(columns, schema=self.schema(list(shown)))

    def counts(self, rows: pa.Table) -> tuple[int, int]:
        """See `Layout.counts`."""
        lengths = pc.list_value_length(rows["item_ids"])
        return pc.sum(pc.greater(lengths, 0)).as_py() or 0, pc.sum(lengths).as_py() or 0


LAYOUTS: dict[str, Layout] = {each.name: each for each in (Long(), Lists())}


def layout_of(name: str) -> Layout:
    """Returns the layout with this name.

    Raises:
        InputError: if no layout has this name.
    """
    if name not in LAYOUTS:
        near = nearest(name, LAYOUTS)
        hint = f"did you mean {near!r}?" if near else f"use {' or '.join(map(repr, LAYOUTS))}."
        raise InputError(f"layout is {name!r:.80}: {hint}")
    return LAYOUTS[name]


def items_of(answers: Sequence[Recommendations]) -> pa.Array:
    """Returns the item ids of all recommendations, user by user."""
    return pa.array([item for row in answers for item, _ in row], pa.string())


def _scores(answers: Sequence[Recommendations]) -> pa.Array:
    return pa.array([score for row in answers for _, score in row], pa.float32())


def _ids(answers: Sequence[Recommendations]) -> pa.Array:
    return pa.array([row.recommendation_id for row in answers], pa.string())


def _lengths(answers: Sequence[Recommendations]) -> np.ndarray:
    return np.array([len(row) for row in answers], np.int64)
