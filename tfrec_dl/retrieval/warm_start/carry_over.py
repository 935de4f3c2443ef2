"""Copies the weights of a trained network to one with other items."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf

from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.errors import InputError
from tfrec_dl.families.run import Run
from tfrec_dl.retrieval.model import RetrievalModel
from tfrec_dl.retrieval.network_run import trained_model
from tfrec_dl.retrieval.towers.ids import log_shares
from tfrec_dl.retrieval.warm_start.item_tables import are_biases, are_of_items
from tfrec_dl.retrieval.warm_start.joined import Joined
from tfrec_dl.retrieval.warm_start.neighbours import put_between

logger = logging.getLogger(__name__)


def carry_over(start: Run, model: RetrievalModel, joined: Joined) -> None:
    """Copies what a finished run has learned into a model.

    Weights that do not belong to an item are copied. Items in both keep their rows; their biases shift with their
    shares of the interactions. New items start between the known items near them in the training histories, weighted by
    how often they occur near them, with vectors of the same length and a bias at the log of their share. Items unknown
    to the model are dropped. The optimizer starts anew, because its averages of old gradients slow down rows that have
    to move (docs/benchmarks/lifecycle.md).

    Args:
        start: the finished run.
        model: built model that is to be trained.
        joined: how the items changed since that run.

    Raises:
        InputError: if the networks differ in more than their items.
    """
    old = trained_model(start.recipe, start)
    before, now = (log_shares(each.vocabulary.item_counts) for each in (old, model))
    copy = _Copy(are_of_items(old), are_of_items(model), joined, now - before[joined.rows], start.folder)
    copy.copy(old.trainable_variables, model.trainable_variables)
    near = int(np.count_nonzero(joined.new & (np.diff(joined.between.indptr) > 0)))
    known, new = int(np.count_nonzero(~joined.new)) - FIRST_ITEM, int(np.count_nonzero(joined.new))
    logger.info(
        "warm start from %s: %s of %s items are known; of %s new ones, %s begin between neighboring items. "
        "Items that joined stay between their neighbors while they have few interactions: %s",
        *(start.folder, f"{known:,}", f"{known + new:,}", f"{new:,}", f"{near:,}", f"{joined.young.sum():,}"),
    )


@dataclass(frozen=True, eq=False)
class _Copy:
    """Copies variables of one network to those of another.

    Attributes:
        old: which of its trainable variables have one row per item.
        new: which of the other network's do.
        joined: which rows are copied, and between which rows the others start.
        shifts: [size] change of each item's bias, because its popularity has changed.
        folder: folder of the run that is copied from, for errors.
    """

    old: list[bool]
    new: list[bool]
    joined: Joined
    shifts: np.ndarray
    folder: Path

    def copy(self, old: Sequence[tf.Variable], new: Sequence[tf.Variable]) -> None:
        """Copies trainable variables.

        Raises:
            InputError: if their shapes differ.
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
        new, found = self.joined.new, target.numpy()
        found[~new] = value[self.joined.rows[~new]]
        if are_biases(target):  # the bias of a new item depends on its interactions
            found[~new, 0] += self.shifts[~new]
            return found
        return put_between(found, self.joined.between, new)

    def _unlike(self) -> InputError:
        return InputError(f"{self.folder} is a run of a network of other sizes: continue with its own settings.")
