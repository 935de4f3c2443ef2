"""Carries weights of a trained network over to one with other items."""

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
    """Gives a model what a finished run has learnt.

    What is not of an item is taken as it is. Items that both know keep their rows, and their biases go with their
    shares of the interactions. New ones begin between the known items that stand near them in the training histories,
    as often as they do, as long as these are, their bias at the log of their share. Items that the model does not know
    are forgotten. The optimiser begins anew: its averages of old gradients hold rows back that have to move
    (docs/benchmarks/lifecycle.md).

    Args:
        start: the run.
        model: built, to be trained on.
        joined: what became of the run's items.

    Raises:
        InputError: if the networks are not alike, but for their items.
    """
    old = trained_model(start.recipe, start)
    before, now = (log_shares(each.vocabulary.item_counts) for each in (old, model))
    copy = _Copy(are_of_items(old), are_of_items(model), joined, now - before[joined.rows], start.folder)
    copy.copy(old.trainable_variables, model.trainable_variables)
    near = int(np.count_nonzero(joined.new & (np.diff(joined.between.indptr) > 0)))
    known, new = int(np.count_nonzero(~joined.new)) - FIRST_ITEM, int(np.count_nonzero(joined.new))
    logger.info(
        "warm start from %s: %s of %s items are known; of %s new ones %s begin between items that stand near them, "
        "and items that joined stay there while they have few interactions: %s",
        *(start.folder, f"{known:,}", f"{known + new:,}", f"{new:,}", f"{near:,}", f"{joined.young.sum():,}"),
    )


@dataclass(frozen=True, eq=False)
class _Copy:
    """Copies variables of one network to those of another.

    Attributes:
        old: which of its trainable variables have a row an item.
        new: which of the other's do.
        joined: which rows are copied, and between which the others begin.
        shifts: [size] what is added to an item's bias, for it has become more popular, or less.
        folder: of the run that is copied from, for errors.
    """

    old: list[bool]
    new: list[bool]
    joined: Joined
    shifts: np.ndarray
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
        new, found = self.joined.new, target.numpy()
        found[~new] = value[self.joined.rows[~new]]
        if are_biases(target):  # that of a new item is what its interactions say
            found[~new, 0] += self.shifts[~new]
            return found
        return put_between(found, self.joined.between, new)

    def _unlike(self) -> InputError:
        return InputError(f"{self.folder} is a run of a network of other sizes: go on with the settings of its own.")
