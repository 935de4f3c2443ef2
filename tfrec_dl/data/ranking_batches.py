"""Batches of whole lists of impressions for a ranking model."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from tfrec_dl.data.events import Events
from tfrec_dl.data.impressions import Impressions
from tfrec_dl.data.vocabulary import PADDING

Batch = dict[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class RankingRows:
    """What a ranking model reads of every impression of a table.

    Attributes:
        impressions: the table.
        events: what the users did before each list.
        users: [U] int32, the index in a model's vocabulary of each of the impressions' user ids.
        items: [I] int32, of each of their item ids.
        context: prepared features of the context {name: [n, ...]}.
        max_length: past items of a user that are read.
    """

    impressions: Impressions
    events: Events
    users: np.ndarray
    items: np.ndarray
    context: Mapping[str, np.ndarray]
    max_length: int

    def batch(self, rows: np.ndarray) -> Batch:
        """The inputs of some rows, in which lists are not interrupted.

        Args:
            rows: [R] int.

        Returns:
            "user", "item" [R] int32 indices; "list" [R] int32, the number from 0 of each row's list in the batch; of
            the B lists "history" [B, l] int32 indices, right-padded with 0, and "level" [B, l] int32; "item_key" [R]
            and "history_key" [B, l] int64, by which an item is known again, whether a vocabulary has it or not (-1 is
            padding); "context/NAME" [R, ...]; "label/NAME" [R] float32; "weight" [R] float32 and "position" [R] int32
            where the table has them.
        """
        table = self.impressions
        lists = table.lists[rows]
        begins = np.flatnonzero(np.diff(lists, prepend=-1))
        number = np.zeros(len(rows), dtype=np.int32)
        number[begins[1:]] = 1
        past, level = self.events.histories(lists[begins], self.max_length)
        found = {
            "user": self.users[table.users[rows]],
            "item": self.items[table.items[rows]],
            "list": np.cumsum(number, dtype=np.int32),
            "history": np.where(past < 0, PADDING, self.items[past]),
            "level": level,
            "item_key": table.items[rows].astype(np.int64),
            "history_key": past.astype(np.int64),
        }
        found |= {f"context/{name}": values[rows] for name, values in self.context.items()}
        found |= {f"label/{name}": values[rows] for name, values in table.labels.items()}
        if table.weights is not None:
            found["weight"] = table.weights[rows]
        if table.positions is not None:
            found["position"] = table.positions[rows]
        return found

    def signature(self) -> dict[str, tf.TensorSpec]:
        """Of what `batch` gives."""
        example = self.batch(np.zeros(1, dtype=np.int64))
        return {
            name: tf.TensorSpec(
                [None, None] if name in ("history", "history_key", "level") else [None, *values.shape[1:]],
                tf.as_dtype(values.dtype),
            )
            for name, values in example.items()
        }


class RankingBatches:
    """Batches of some lists of a table, the lists in another order each epoch.

    What an epoch holds is a function of the seed and its number, so training can be continued.

    Args:
        rows: the table.
        part: [m] int64, the rows of the lists to read.
        batch_size: impressions a step, about: a batch holds as many lists as have so many on average.
        seed: decides the order.

    Attributes:
        impression_count: impressions an epoch.
        list_count: lists an epoch.
        steps_per_epoch: batches an epoch.
    """

    def __init__(self, rows: RankingRows, part: np.ndarray, batch_size: int, seed: int = 0) -> None:
        self.rows = rows
        lists = rows.impressions.lists[part]
        self._part = part[np.argsort(lists, kind="stable")]
        counts = np.unique(lists, return_counts=True)[1]
        self._offsets = np.concatenate([[0], np.cumsum(counts)])
        self._seed = seed
        self.impression_count, self.list_count = len(part), len(counts)
        self._lists_per_batch = max(1, round(batch_size * self.list_count / max(self.impression_count, 1)))
        self.steps_per_epoch = -(-self.list_count // self._lists_per_batch)

    def dataset(self, first_epoch: int = 0) -> tf.data.Dataset:
        """An endless dataset, epoch after epoch; pass `steps_per_epoch` to `model.fit`.

        Args:
            first_epoch: number of the first epoch, from 0.

        Returns:
            Batches as of `RankingRows.batch`.
        """

        def batches() -> Iterator[Batch]:
            epoch = first_epoch
            while True:
                order = np.random.default_rng([self._seed, epoch]).permutation(self.list_count)
                yield from self._batches(order)
                epoch += 1

        return tf.data.Dataset.from_generator(batches, output_signature=self.rows.signature()).prefetch(8)

    def in_order(self) -> Iterator[tuple[np.ndarray, Batch]]:
        """Each list once, in table order: rows of the table [R] and their batch."""
        for rows in self._row_blocks(np.arange(self.list_count)):
            yield rows, self.rows.batch(rows)

    def _batches(self, order: np.ndarray) -> Iterator[Batch]:
        for rows in self._row_blocks(order):
            yield self.rows.batch(rows)

    def _row_blocks(self, order: np.ndarray) -> Iterator[np.ndarray]:
        for start in range(0, self.list_count, self._lists_per_batch):
            lists = order[start : start + self._lists_per_batch]
            lengths = self._offsets[lists + 1] - self._offsets[lists]
            before = np.cumsum(lengths) - lengths
            yield self._part[np.repeat(self._offsets[lists] - before, lengths) + np.arange(lengths.sum())]
