"""New items of a warm start, which stay between their neighbors while they have few interactions to learn from.

After a few passes, the row of such an item is worse than the mean of its neighbors, because in nearly all steps the
item is among those that did not come next (docs/benchmarks/lifecycle.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from pydantic import TypeAdapter
from scipy import sparse

from tfrec_dl.data.histories import Histories
from tfrec_dl.data.vocabulary import FIRST_ITEM, Vocabulary
from tfrec_dl.families.run import Run
from tfrec_dl.files import write_json
from tfrec_dl.retrieval.network_run import vocabulary_of
from tfrec_dl.retrieval.warm_start.item_tables import vectors_of_items
from tfrec_dl.retrieval.warm_start.neighbours import neighbours, put_between
from tfrec_dl.runs.run_files import checked, read_json

FILE = "young_items.json"
ITEMS: TypeAdapter[list[str]] = TypeAdapter(list[str])
FEW = 50  # interactions to learn from; up to 46 were measured


@dataclass(frozen=True, eq=False)
class Joined:
    """Items of a network that continues from a run.

    Attributes:
        rows: [size] int64 row that each item had in that run; -1 for new items.
        young: [size] bool, items that joined since the last training from scratch and have few interactions.
        between: [size, size], the result of `neighbours`: what new and young items are mixed from.
    """

    rows: np.ndarray
    young: np.ndarray
    between: sparse.csr_matrix

    @property
    def new(self) -> np.ndarray:
        """Returns which items that run does not know, [size] bool."""
        return self.rows < 0


def joined_items(start: Run, vocabulary: Vocabulary, histories: Histories) -> Joined:
    """Finds the items that joined since the training from scratch at the start of a chain of runs.

    Args:
        start: run to continue from.
        vocabulary: vocabulary of the present items.
        histories: training histories, encoded with it.

    Raises:
        InputError: if the run's file on its items is damaged.
    """
    rows = _old_indices(vocabulary_of(start), vocabulary)
    before = vocabulary.encode(np.array(_young_items(start.folder / FILE), object))
    new = rows < 0
    joined = new.copy()
    joined[before[before >= FIRST_ITEM]] = True
    young = joined & (vocabulary.item_counts < FEW)
    return Joined(rows, young, neighbours(histories, ~(new | young)))


def write_young(folder: Path, vocabulary: Vocabulary, joined: Joined) -> None:
    """Writes which items are young, for a run that continues from this one."""
    write_json(folder / FILE, vocabulary.ids[joined.young[FIRST_ITEM:]].tolist())


class BetweenNeighbours(tf.keras.callbacks.Callback):
    """Puts young items back between their neighbors after each epoch.

    List it before callbacks that validate and save.

    Args:
        joined: states which items these are.
    """

    def __init__(self, joined: Joined) -> None:
        super().__init__()
        self._joined = joined

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Resets their rows."""
        if not self._joined.young.any():
            return
        with self.model.distribute_strategy.scope():
            for table in vectors_of_items(self.model):
                table.assign(put_between(table.numpy(), self._joined.between, self._joined.young))


def _young_items(path: Path) -> list[str]:
    """Reads the young items; none for a run trained from scratch, or one from before this file was introduced."""
    return checked(ITEMS, read_json(path), path, "a list of items") if path.exists() else []


def _old_indices(old: Vocabulary, new: Vocabulary) -> np.ndarray:
    """Index that each of the new indices had before, [size] int64; -1 for new items."""
    return np.concatenate([np.arange(FIRST_ITEM), np.where((found := old.encode(new.ids)) >= FIRST_ITEM, found, -1)])
