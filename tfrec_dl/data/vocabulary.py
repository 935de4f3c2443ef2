"""Vocabulary: the items of a model and their indices."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from tfrec_dl.data.tables.checks import id_texts
from tfrec_dl.errors import InputError
from tfrec_dl.files import replacing

PADDING = 0
UNKNOWN = 1
FIRST_ITEM = 2

LONGEST_COUNT = 18  # digits that int64 holds

_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_UNESCAPES = {escape: character for character, escape in _ESCAPES.items()}


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Item ids, most frequent first; the id at position p has index p + 2, after padding (0) and unknown (1).

    Items that are known without a training interaction, for example from a catalogue, have count 0 and come last.

    Attributes:
        ids: [n] object (str), distinct, most frequent first, ties in order of first appearance.
        counts: [n] int64 training interactions of each.
    """

    ids: np.ndarray
    counts: np.ndarray

    @classmethod
    def build(
        cls, item_ids: Sequence[str] | np.ndarray, items: np.ndarray | None = None, min_count: int = 1
    ) -> "Vocabulary":
        """Counts the items of the training interactions.

        Args:
            item_ids: id of each interaction; or, with `items`, the table of ids that those codes point into.
            items: [n] int codes of the interactions into `item_ids`.
            min_count: fewest interactions that an item needs to enter the vocabulary; other items are unknown.

        Returns:
            The vocabulary.

        Raises:
            InputError: if `min_count` is below 1 or no item reaches it.
        """
        if min_count < 1:
            raise InputError(f"min_count is {min_count}: it must be at least 1")
        if items is None:
            items, item_ids = pd.factorize(np.asarray(item_ids, dtype=object))
        codes, appeared = pd.factorize(items)
        counts = np.bincount(codes, minlength=len(appeared)).astype(np.int64)
        order = np.argsort(-counts, kind="stable")
        order = order[counts[order] >= min_count]
        if not len(order):
            raise InputError(
                f"min_count is {min_count}, but no item has more than {counts.max(initial=0)} training interactions"
            )
        return cls(ids=np.asarray(item_ids, dtype=object)[appeared[order]], counts=counts[order])

    @classmethod
    def empty(cls) -> "Vocabulary":
        """Returns a vocabulary in which every id is unknown."""
        return cls(np.empty(0, dtype=object), np.empty(0, dtype=np.int64))

    @property
    def size(self) -> int:
        """Number of indices: items, padding and unknown."""
        return len(self.ids) + FIRST_ITEM

    @cached_property
    def trained_size(self) -> int:
        """Number of indices of items with training interactions, padding and unknown included."""
        return FIRST_ITEM + int(np.count_nonzero(self.counts))

    @cached_property
    def item_counts(self) -> np.ndarray:
        """Training interactions by index, [size] int64; 0 for padding and unknown."""
        return np.concatenate([np.zeros(FIRST_ITEM, dtype=np.int64), self.counts])

    @cached_property
    def _index(self) -> pd.Index:
        return pd.Index(self.ids, dtype=object)

    @cached_property
    def _texts(self) -> np.ndarray:
        return np.concatenate([np.array([""] * FIRST_ITEM, dtype=object), self.ids])

    def extended(self, ids: Sequence[str] | np.ndarray) -> "Vocabulary":
        """Appends items without training interactions; existing indices stay the same.

        Args:
            ids: [m] ids: text, bytes or integers, also as floats, as in the training tables. Known ids, repeats and the
                empty string (which is never an id) are ignored.

        Returns:
            A vocabulary with the new ids at the end, in the given order, with count 0.

        Raises:
            InputError: if an id is neither text nor an integer.
        """
        array = id_texts(ids, "id {}".format).ravel()
        new = pd.unique(array[self.encode(array) == UNKNOWN])
        return Vocabulary(np.concatenate([self.ids, new]), np.concatenate([self.counts, np.zeros(len(new), np.int64)]))

    def require_numbers_of(self, other: "Vocabulary", owner: str) -> None:
        """Checks that data encoded with this vocabulary can be given to a model with another one.

        Args:
            other: vocabulary of the model; it may have further items after those of this one.
            owner: owner of this vocabulary, for the error, for example "the split's".

        Raises:
            InputError: with the first index that stands for two different items.
        """
        ids, others = self.ids, other.ids
        if ids is others or (len(ids) <= len(others) and np.array_equal(ids, others[: len(ids)])):
            return
        common = min(len(ids), len(others))
        differs = np.flatnonzero(ids[:common] != others[:common])
        place = int(differs[0]) if len(differs) else common
        found = repr(others[place]) if place < len(others) else "no item"
        raise InputError(
            f"{owner} index {place + FIRST_ITEM} is item {ids[place]!r}, the model's {found}: encode the histories "
            "with model.vocabulary, as leave_last_out and the other splits do with vocabulary=model.vocabulary."
        )

    def encode(self, ids: Sequence[str] | np.ndarray) -> np.ndarray:
        """Looks up the indices of ids.

        Args:
            ids: ids of any shape: text, bytes or integers, also as floats, as in the training tables.

        Returns:
            int32 indices of the same shape: unknown ids are 1; the empty string, never an id, is padding, 0.

        Raises:
            InputError: if an id is missing, or neither text nor an integer.
        """
        array = id_texts(ids, "id {}".format)
        flat = array.ravel()
        indices = self._index.get_indexer(pd.Index(flat, dtype=object)).astype(np.int32) + np.int32(FIRST_ITEM)
        indices[indices < FIRST_ITEM] = UNKNOWN
        indices[flat == ""] = PADDING
        return indices.reshape(array.shape)

    def decode(self, indices: Sequence[int] | np.ndarray) -> np.ndarray:
        """Returns the ids of indices.

        Args:
            indices: ints of any shape, 0 <= index < size.

        Returns:
            object (str) of the same shape; "" for padding and unknown.

        Raises:
            InputError: if an index is outside the vocabulary.
        """
        array = np.asarray(indices, dtype=np.int64)
        outside = array[(array < 0) | (array >= self.size)]
        if outside.size:
            raise InputError(f"index {outside.flat[0]} is outside the vocabulary of size {self.size}")
        return self._texts[array]

    def save(self, path: str | Path) -> None:
        r"""Writes UTF-8 text, one line per item in index order: the id, a tab, its count.

        In an id, backslash, newline, carriage return and tab are written as \\, \n, \r, \t. The file appears completely
        or not at all.

        Args:
            path: file to write; an existing one is replaced.

        Raises:
            InputError: if the folder cannot be written to.
        """
        pattern = re.compile(r"[\\\n\r\t]")
        rows = zip(self.ids, self.counts, strict=True)
        text = "".join(f"{pattern.sub(lambda match: _ESCAPES[match[0]], text)}\t{count}\n" for text, count in rows)
        with replacing(Path(path)) as temporary:
            temporary.write_bytes(text.encode())

    @classmethod
    def load(cls, path: str | Path) -> "Vocabulary":
        """Reads a file written by `save`.

        Args:
            path: the file.

        Returns:
            The vocabulary.

        Raises:
            InputError: if the file is missing or a line is malformed.
        """
        try:
            # Not splitlines: ids may contain other line separators, such as U+2028.
            lines = Path(path).read_bytes().decode().split("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"cannot read the vocabulary {str(path)!r}: {error}") from error
        ids, counts = [], []
        for number, line in enumerate(lines[:-1], start=1):
            text, tab, count = line.partition("\t")
            if not (text and tab and count.isdecimal() and len(count) <= LONGEST_COUNT):
                raise InputError(f"line {number} of the vocabulary {str(path)!r} is not 'id<TAB>count': {line!r:.80}")
            ids.append(re.sub(r"\\[\\nrt]", lambda match: _UNESCAPES[match[0]], text))
            counts.append(int(count))
        if lines[-1] or not ids or len(set(ids)) < len(ids):
            problem = "is cut off" if lines[-1] else "names an id twice" if ids else "is empty"
            raise InputError(f"the vocabulary {str(path)!r} {problem}: save it again")
        array = np.empty(len(ids), dtype=object)
        array[:] = ids
        return cls(ids=array, counts=np.array(counts, dtype=np.int64))
