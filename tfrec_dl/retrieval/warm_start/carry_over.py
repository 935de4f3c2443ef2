"""Carries weights of a trained network over to one with other items."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf
from scipy import sparse

from tfrec_dl.data.histories import Histories
from tfrec_dl.data.vocabulary import FIRST_ITEM, Vocabulary
from tfrec_dl.errors import InputError
from tfrec_dl.families.run import Run
from tfrec_dl.retrieval.model import RetrievalModel
from tfrec_dl.retrieval.network_run import trained_model
from tfrec_dl.retrieval.towers.ids import ITEM_BIAS, log_shares
from tfrec_dl.retrieval.warm_start.new_items import mean_directions, neighbours
from tfrec_dl.retrieval.warm_start.start import write_lineage

logger = logging.getLogger(__name__)


def carry_over(start: Run, model: RetrievalModel, histories: Histories, folder: Path) -> None:
    """Gives a model what a finished run has learnt.

    What is not of an item is taken as it is. Items that both know keep their rows, and their biases go with their
    shares of the interactions. New ones begin between the known items that stand near them in the training histories,
    as often as they do, as long as these are, their bias at the log of their share. Items that the model does not know
    are forgotten. The optimiser begins anew: its averages of old gradients hold rows back that have to move
    (docs/benchmarks/lifecycle.md).

    Args:
        start: the run.
        model: built, to be trained on.
        histories: of training, those of users to validate on, which are in memory wherever the others are.
        folder: of its run, where the lineage is written.

    Raises:
        InputError: if the networks are not alike, but for their items.
    """
    old = trained_model(start.recipe, start)
    rows = _old_indices(old.vocabulary, model.vocabulary)
    known = rows >= 0
    mixed = neighbours(histories, known)
    before, now = (log_shares(each.vocabulary.item_counts) for each in (old, model))
    weights = _Copy(_is_of_items(old), _is_of_items(model), rows, now - before[rows], mixed, start.folder)
    weights.copy(old.trainable_variables, model.trainable_variables)
    near = int(np.count_nonzero(np.diff(mixed.indptr)))
    new = int(np.count_nonzero(~known))
    logger.info(
        "warm start from %s: %s of %s items are known; of %s new ones %s begin between items that stand near them",
        *(start.folder, f"{known.sum() - FIRST_ITEM:,}", f"{len(known) - FIRST_ITEM:,}", f"{new:,}", f"{near:,}"),
    )
    write_lineage(folder, start, int(known.sum()) - FIRST_ITEM, new)


def _old_indices(old: Vocabulary, new: Vocabulary) -> np.ndarray:
    """[size] int64: the index that each of the new indices had; -1 for items that are new."""
    return np.concatenate([np.arange(FIRST_ITEM), np.where((found := old.encode(new.ids)) >= FIRST_ITEM, found, -1)])


def _is_of_items(model: RetrievalModel) -> list[bool]:
    """Which trainable variables have a row an item."""
    layers = [layer for layer in model.submodules if isinstance(layer, tf.keras.layers.Embedding)]
    if any(layer.input_dim != model.vocabulary.size for layer in layers):
        raise InputError(
            "items share rows of a table (hashing), and a warm start carries rows over by id: train the network anew."
        )
    tables = {id(weight) for layer in layers for weight in layer.trainable_weights}
    return [id(variable) in tables for variable in model.trainable_variables]


@dataclass(frozen=True, eq=False)
class _Copy:
    """Copies variables of one network to those of another.

    Attributes:
        old: which of its trainable variables have a row an item.
        new: which of the other's do.
        rows: [size] the row that each of the new rows had, -1 for none.
        shifts: [size] what is added to an item's bias, for it has become more popular, or less.
        mixed: [size, size] where new items begin, as of `neighbours`.
        folder: of the run that is copied from, for errors.
    """

    old: list[bool]
    new: list[bool]
    rows: np.ndarray
    shifts: np.ndarray
    mixed: sparse.csr_matrix
    folder: Path

    def copy(self, old: Sequence[tf.Variable], new: Sequence[tf.Variable]) -> None:
        """Copies trainable variables.

        Raises:
            InputError: if they are of other shapes.
        """
        if self.old != self.new:
            raise self._unlike()
        for source, target, is_of_items in zip(old, new, self.old, strict=True):
            value = source.numpy()
            if is_of_items:
                value = self._rows(value, target)
            if value.shape != tuple(target.shape):
                raise self._unlike()
            target.assign(value)

    def _rows(self, value: np.ndarray, target: tf.Variable) -> np.ndarray:
        if value.shape[1:] != tuple(target.shape[1:]):
            raise self._unlike()
        known = self.rows >= 0
        found = target.numpy()
        found[known] = value[self.rows[known]]
        if ITEM_BIAS in target.name:  # a bias of a new item is what its interactions say
            found[known, 0] += self.shifts[known]
        else:
            begins = np.diff(self.mixed.indptr) > 0
            found[begins] = mean_directions(self.mixed, found)[begins]
        return found

    def _unlike(self) -> InputError:
        return InputError(f"{self.folder} is a run of a network of other sizes: go on with the settings of its own.")
