"""New items of a warm start, which stay between their neighbours while they have few interactions to learn from.

A few passes leave the row of such an item worse than the mean of its neighbours: in nearly all steps it is among the
items that did not come next (docs/benchmarks/lifecycle.md).
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
    """Items of a network that goes on from a run.

    Attributes:
        rows: [size] int64, the row that each item had in that run; -1 for new ones.
        young: [size] bool, which joined since the training anew and have few interactions.
        between: [size, size], of `neighbours`: what new and young items are mixed from.
    """

    rows: np.ndarray
    young: np.ndarray
    between: sparse.csr_matrix

    @property
    def new(self) -> np.ndarray:
        """[size] bool, which items that run does not know."""
        return self.rows < 0


def joined_items(start: Run, vocabulary: Vocabulary, histories: Histories) -> Joined:
    """Which items joined since the training anew that a chain of runs began with.

    Args:
        start: the run that is gone on from.
        vocabulary: of the items now.
        histories: of training, numbered by it.

    Raises:
        InputError: if what the run says of its items is damaged.
    """
    rows = _old_indices(vocabulary_of(start), vocabulary)
    before = vocabulary.encode(np.array(_young_items(start.folder / FILE), object))
    new = rows < 0
    joined = new.copy()
    joined[before[before >= FIRST_ITEM]] = True
    young = joined & (vocabulary.item_counts < FEW)
    return Joined(rows, young, neighbours(histories, ~(new | young)))


def write_young(folder: Path, vocabulary: Vocabulary, joined: Joined) -> None:
    """Writes which items are young, for the run that goes on from this one."""
    write_json(folder / FILE, vocabulary.ids[joined.young[FIRST_ITEM:]].tolist())


class BetweenNeighbours(tf.keras.callbacks.Callback):
    """Puts young items back between their neighbours after each epoch.

    List it before those that validate and save.

    Args:
        joined: which they are.
    """

    def __init__(self, joined: Joined) -> None:
        super().__init__()
        self._joined = joined

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Places their rows."""
        if not self._joined.young.any():
            return
        with self.model.distribute_strategy.scope():
            for table in vectors_of_items(self.model):
                table.assign(put_between(table.numpy(), self._joined.between, self._joined.young))


def _young_items(path: Path) -> list[str]:
    """None in a run of a training anew, and in one that went on before items were kept between their neighbours."""
    return checked(ITEMS, read_json(path), path, "a list of items") if path.exists() else []


def _old_indices(old: Vocabulary, new: Vocabulary) -> np.ndarray:
    """[size] int64: the index that each of the new indices had; -1 for items that are new."""
    return np.concatenate([np.arange(FIRST_ITEM), np.where((found := old.encode(new.ids)) >= FIRST_ITEM, found, -1)])
