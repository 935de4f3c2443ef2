"""Batches of impressions made of whole lists."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import tensorflow as tf

from tfrec_dl.data.vocabulary import PADDING
from tfrec_dl.ranking.data.events import Events
from tfrec_dl.ranking.data.impressions import Impressions

Batch = dict[str, np.ndarray]
Past = Callable[[np.ndarray], np.ndarray]
OF_LISTS = ("history", "level")


@dataclass(frozen=True, eq=False)
class RankingRows:
    """The input of a ranking model for every impression of a table.

    Attributes:
        impressions: table of impressions.
        events: what users did before each list.
        users: [U] int32, index in the model's vocabulary of each of the impressions' user ids.
        items: [I] int32, index in the model's vocabulary of each of their item ids.
        max_length: number of past items of a user to read.
        context: prepared features of the context {name: [n, ...]}.
    """

    impressions: Impressions
    events: Events
    users: np.ndarray
    items: np.ndarray
    max_length: int
    context: Mapping[str, np.ndarray] = field(default_factory=dict)

    def batch(self, rows: np.ndarray, past: Past | None = None) -> Batch:
        """Returns the inputs for some rows; the rows of a list must be consecutive.

        Args:
            rows: [R] int.
            past: function from lists [B] to the numbers of the events [B, l] in their histories; None takes the last
                ones.

        Returns:
            "user", "item" [R] int32 indices; "list" [R] int32, the number of each row's list in the batch, from 0; for
            the B lists, "history" [B, l] int32 indices, 0 for none, and "level" [B, l] int32; "context/NAME" [R, ...];
            "label/NAME" [R] float32; "weight" [R] float32 and "position" [R] int32 if the table has them.
        """
        table, events = self.impressions, self.events
        lists, numbers = numbered(table.lists[rows])
        at = events.before(lists, self.max_length) if past is None else past(lists)
        found = {
            "user": self.users[table.users[rows]],
            "item": self.items[table.items[rows]],
            "list": numbers,
            "history": taken(events.items, at, PADDING, self.items),
            "level": taken(events.levels, at, PADDING),
        }
        found |= {f"context/{name}": values[rows] for name, values in self.context.items()}
        found |= {f"label/{name}": values[rows] for name, values in table.labels.items()}
        if table.weights is not None:
            found["weight"] = table.weights[rows]
        if table.positions is not None:
            found["position"] = table.positions[rows]
        return found

    def signature(self) -> dict[str, tf.TensorSpec]:
        """Returns the specs of the output of `batch`."""
        example = self.batch(np.zeros(1, dtype=np.int64))
        shapes = {name: [None, *values.shape[1:]] for name, values in example.items()}
        shapes |= dict.fromkeys(OF_LISTS, [None, None])
        return {name: tf.TensorSpec(shapes[name], tf.as_dtype(values.dtype)) for name, values in example.items()}


class RankingBatches:
    """Batches of some lists of a table, with the lists in a different order each epoch.

    The content of an epoch is a function of the seed and the epoch's number, so that training can be resumed.

    Args:
        rows: rows of the table.
        part: [m] int64, rows of the lists to read.
        batch_size: approximate number of impressions per step: a batch holds the number of lists that average this
            size.
        seed: seed of the order.
        drawn: number of past items to read per list, sampled anew each time; None reads the last ones.

    Attributes:
        rows: as given.
        impression_count: number of impressions per epoch.
        list_count: number of lists per epoch.
        steps_per_epoch: number of batches per epoch.
    """

    def __init__(
        self, rows: RankingRows, part: np.ndarray, batch_size: int, seed: int = 0, drawn: int | None = None
    ) -> None:
        self.rows = rows
        self._sample = drawn
        self._blocks = ListBlocks(rows.impressions.lists, part, batch_size)
        self._seed = seed
        self.impression_count, self.list_count = len(part), self._blocks.list_count
        self.steps_per_epoch = len(self._blocks)

    def dataset(self, first_epoch: int = 0) -> tf.data.Dataset:
        """Returns an endless dataset, epoch after epoch; pass `steps_per_epoch` to `model.fit`.

        Args:
            first_epoch: number of the first epoch, from 0.

        Returns:
            Batches in the form of `RankingRows.batch`.
        """

        def batches() -> Iterator[Batch]:
            epoch = first_epoch
            while True:
                rng = np.random.default_rng([self._seed, epoch])
                order = rng.permutation(self.list_count)
                past = self._past(epoch, rng)
                for rows in self._blocks.rows(order):
                    yield self.rows.batch(rows, past)
                epoch += 1

        return tf.data.Dataset.from_generator(batches, output_signature=self.rows.signature()).prefetch(8)

    def _past(self, epoch: int, rng: np.random.Generator) -> Past | None:
        if self._sample is None:
            return None
        events, length = self.rows.events, self._sample
        order = events.shuffled([self._seed, epoch])
        return lambda lists: events.sampled(lists, length, order, rng)

    def in_order(self) -> Iterator[tuple[np.ndarray, Batch]]:
        """Yields each list once, in table order: the rows of the table [R] and their batch."""
        for rows in self._blocks.rows(np.arange(self.list_count)):
            yield rows, self.rows.batch(rows)


class ListBlocks:
    """Rows of a table in blocks of whole lists.

    Args:
        lists: [n] int32, list of each row of the table.
        part: [m] int64 rows.
        size: approximate number of rows per block.

    Attributes:
        list_count: number of lists in the part.
    """

    def __init__(self, lists: np.ndarray, part: np.ndarray, size: int) -> None:
        self._part = part[np.argsort(lists[part], kind="stable")]
        counts = np.unique(lists[part], return_counts=True)[1]
        self._offsets = np.concatenate([[0], np.cumsum(counts)])
        self.list_count = len(counts)
        self._lists = max(1, round(size * self.list_count / max(len(part), 1)))

    def __len__(self) -> int:
        """Returns the number of blocks."""
        return -(-self.list_count // self._lists)

    def rows(self, order: np.ndarray) -> Iterator[np.ndarray]:
        """Yields blocks of rows [R] int64, with the lists in the given order."""
        for start in range(0, self.list_count, self._lists):
            lists = order[start : start + self._lists]
            lengths = self._offsets[lists + 1] - self._offsets[lists]
            before = np.cumsum(lengths) - lengths
            yield self._part[np.repeat(self._offsets[lists] - before, lengths) + np.arange(lengths.sum())]


def numbered(lists: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the lists [B] of rows [R] grouped by list, and the number of each row's list [R] int32."""
    is_new = np.diff(lists, prepend=-1) != 0
    return lists[is_new], np.cumsum(is_new, dtype=np.int32) - np.int32(1)


def taken(values: np.ndarray, at: np.ndarray, otherwise: float, mapping: np.ndarray | None = None) -> np.ndarray:
    """Returns values, or what they are mapped to, at the given places; `otherwise` where the place is -1."""
    if not len(values):
        return np.full(at.shape, otherwise, dtype=values.dtype if mapping is None else mapping.dtype)
    found = values[at] if mapping is None else mapping[values[at]]
    return np.where(at < 0, np.asarray(otherwise, dtype=found.dtype), found)
