"""The users of each item in training, as an item-based autoencoder reads them."""

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from tfrec_dl.data.histories import Histories
from tfrec_dl.data.training.cuts import WindowConfig
from tfrec_dl.data.training.training_histories import TrainingHistories
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.errors import InputError
from tfrec_dl.files import replacing

FILE = "columns.npz"


@dataclass(frozen=True, eq=False)
class Columns:
    """The columns of the user-item matrix.

    Attributes:
        users: users with training interactions, numbered as items are elsewhere.
        of_items: row i holds the numbers of the users of the item with index i.
    """

    users: Vocabulary
    of_items: Histories

    @staticmethod
    def of(histories: Histories, size: int = 0) -> "Columns":
        """Transposes histories.

        Args:
            histories: training histories of the users.
            size: number of indices in the items' vocabulary, of which the last ones may have no interactions.
        """
        lengths = histories.lengths
        rows = np.flatnonzero(lengths)
        users = Vocabulary(histories.user_ids[rows].astype(str).astype(object), lengths[rows])
        numbers = np.repeat(users.encode(users.ids), lengths[rows]).astype(np.int32)
        order = np.argsort(histories.items, kind="stable")
        count = max(size, int(histories.items.max(initial=-1)) + 1)
        weights = None if histories.weights is None else histories.weights[order]
        ids = np.arange(count).astype(str).astype(object)
        return Columns(users, Histories.from_rows(histories.items[order], numbers[order], ids, weights))

    def save(self, folder: Path) -> None:
        """Writes `columns.npz` if it does not exist, completely or not at all."""
        if (folder / FILE).exists():
            return
        with replacing(folder / FILE) as temporary, temporary.open("wb") as file:
            np.savez_compressed(
                file,
                users=self.users.ids.astype(str),
                counts=self.users.counts,
                items=self.of_items.items,
                offsets=self.of_items.offsets,
            )

    @staticmethod
    def load(folder: Path) -> "Columns | None":
        """Reads a file written by `save`, without weights; returns None if there is no such file.

        Raises:
            InputError: if it is damaged.
        """
        path = folder / FILE
        if not path.exists():
            return None
        try:
            with np.load(path) as found:
                users = Vocabulary(found["users"].astype(object), found["counts"])
                ids = np.arange(len(found["offsets"]) - 1).astype(str).astype(object)
                return Columns(users, Histories(found["items"], found["offsets"], ids))
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
            raise InputError(f"{path} cannot be read ({error}): delete {folder} and train again.") from error


class TrainingColumns(TrainingHistories):
    """Yields every item's users once per epoch, as `TrainingHistories` does with every user's items.

    There are few columns. If they were sorted by length, a batch would hold only the popular items, and the same ones
    in each epoch.

    Args: those of `TrainingHistories`; there are no ids for columns.
    """

    chunk_batches: ClassVar[int] = 1

    def __init__(self, histories: Histories, config: WindowConfig, user_ids: np.ndarray | None = None) -> None:
        super().__init__(Columns.of(histories).of_items, config)
