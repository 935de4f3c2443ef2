"""A checked table of reviews, with user, item, rating and text for each."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from tfrec_dl.arguments import require_type
from tfrec_dl.baselines.rating_bias import Rated
from tfrec_dl.data.catalogue.feature_values import checked_texts
from tfrec_dl.data.tables.checks import Locate, checked_ids, checked_numbers
from tfrec_dl.data.tables.columns import Columns
from tfrec_dl.data.tables.reading import TableFile
from tfrec_dl.errors import InputError

TEXT_COLUMNS = ("summary", "review")


@dataclass(frozen=True)
class ReviewColumns:
    """Names of the columns to read from a table of reviews.

    Attributes:
        user: column of user ids.
        item: column of item ids.
        rating: column of ratings.
        texts: columns of text, joined in this order; if empty, "summary" and "review", as far as the table has them.
    """

    user: str = "user_id"
    item: str = "item_id"
    rating: str = "rating"
    texts: tuple[str, ...] = ()

    def resolve(self, header: Sequence[str], table: str = "the table") -> "ReviewColumns":
        """Determines the text columns for a table with this header.

        Args:
            header: the table's column names.
            table: name of the table for errors.

        Raises:
            InputError: if a column is missing or named twice, or there is no text column.
        """
        texts = self.texts or tuple(name for name in TEXT_COLUMNS if name in header) or TEXT_COLUMNS[-1:]
        for text in texts:
            # Columns already reports missing, repeated or doubly used columns.
            Columns(user=self.user, item=self.item, rating=self.rating, weight=text).resolve(header, table)
        return ReviewColumns(self.user, self.item, self.rating, texts)


@dataclass(frozen=True, eq=False)
class Reviews:
    """Reviews in table order, with users and items as codes into their ids.

    Attributes:
        user_ids: [U] object (str), in the order of first appearance.
        item_ids: [I] object (str), in the order of first appearance.
        users: [n] int32 codes that index `user_ids`.
        items: [n] int32 codes that index `item_ids`.
        ratings: [n] float32, finite.
        texts: [n] object (str), "" for missing texts.
    """

    user_ids: np.ndarray
    item_ids: np.ndarray
    users: np.ndarray
    items: np.ndarray
    ratings: np.ndarray
    texts: np.ndarray

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, columns: ReviewColumns | None = None) -> "Reviews":
        """Checks a pandas table; its index is ignored.

        Args:
            frame: one row per review; texts may be missing, ids and ratings may not.
            columns: names of the columns; default `ReviewColumns()`.

        Returns:
            The reviews, in table order.

        Raises:
            InputError: if a column is missing, the table is empty or a value is invalid; names column, row and value.
        """
        require_type(frame, pd.DataFrame, "the table", "pass a pandas DataFrame")
        columns = _columns(columns).resolve(list(frame.columns))
        return cls._checked(frame, columns, lambda row: f"row {row + 1}", "the table")

    @classmethod
    def read(cls, path: str | Path, columns: ReviewColumns | None = None) -> "Reviews":
        """Reads and checks a CSV (also gzip) or Parquet file; in CSV every id is text, so "007" stays "007".

        Args:
            path: path of the file; see `tfrec_dl.data.tables.reading.TableFile` for the formats.
            columns: as for `from_frame`.

        Returns:
            The reviews, in file order.

        Raises:
            InputError: if the file cannot be read, and as in `from_frame`.
        """
        table = TableFile(path)
        columns = _columns(columns).resolve(table.header, table.name)
        ids = [columns.user, columns.item]
        frame = table.read([*ids, columns.rating, *columns.texts], ids, typed=[columns.rating])
        return cls._checked(frame, columns, table.locate, table.name)

    @classmethod
    def _checked(cls, frame: pd.DataFrame, columns: ReviewColumns, locate: Locate, table: str) -> "Reviews":
        if len(frame) == 0:
            raise InputError(f"{table} holds no reviews: it needs at least one row")
        users, user_ids = checked_ids(frame[columns.user], columns.user, locate)
        items, item_ids = checked_ids(frame[columns.item], columns.item, locate)
        parts = [checked_texts(frame[name], name, locate) for name in columns.texts]
        texts = np.empty(len(frame), dtype=object)
        texts[:] = ["\n".join(filter(None, row)) for row in zip(*parts, strict=True)]
        ratings = checked_numbers(frame[columns.rating], columns.rating, locate, "rating")
        return cls(user_ids, item_ids, users, items, ratings, texts)

    def __len__(self) -> int:
        """Returns the number of reviews."""
        return len(self.ratings)

    def fingerprint(self) -> str:
        """SHA-256 of all content in 64 hexadecimal digits; the same rows in the same order give the same everywhere."""
        digest = hashlib.sha256()
        for texts in (self.user_ids, self.item_ids, self.texts):
            encoded = [text.encode() for text in texts]
            digest.update(np.array([len(encoded), *map(len, encoded)], dtype="<i8").tobytes())
            digest.update(b"".join(encoded))
        for array in (self.users, self.items, self.ratings):
            digest.update(np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).data)
        return digest.hexdigest()

    def select(self, rows: np.ndarray) -> "Reviews":
        """Returns the reviews in some rows (indices or a mask); ids and codes are unchanged."""
        return Reviews(
            self.user_ids, self.item_ids, self.users[rows], self.items[rows], self.ratings[rows], self.texts[rows]
        )

    def rated(self) -> Rated:
        """Returns the ratings without the texts, as input for `RatingBias`."""
        return Rated(self.user_ids[self.users], self.item_ids[self.items], self.ratings)

    def without_texts(self) -> "Reviews":
        """Returns the same ratings with empty texts."""
        texts = np.full(len(self), "", dtype=object)
        return Reviews(self.user_ids, self.item_ids, self.users, self.items, self.ratings, texts)


def _columns(columns: ReviewColumns | None) -> ReviewColumns:
    """Returns the given columns, or the default ones."""
    found = ReviewColumns() if columns is None else columns
    require_type(found, ReviewColumns, "columns", "give tfrec_dl.reviews.ReviewColumns")
    return found
