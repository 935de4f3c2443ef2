"""Catalogues and histories of any size, for benchmarks whose times do not depend on what the model learns."""

import numpy as np

from tfrec_dl.data.histories import Histories
from tfrec_dl.data.vocabulary import FIRST_ITEM, Vocabulary

# After tfrec_dl, which selects Keras 2.
import tensorflow as tf  # isort: skip


def catalogue(items: int) -> Vocabulary:
    """A vocabulary whose counts fall as 1 / rank."""
    return Vocabulary(
        ids=np.arange(items).astype(str).astype(object),
        counts=(items / np.arange(1, items + 1)).astype(np.int64) + 1,
    )


def histories(items: int, users: int, length: int, seed: int = 0) -> Histories:
    """Equally long histories of random items, popular ones more often."""
    drawn = FIRST_ITEM + (items * np.random.default_rng(seed).random(users * length) ** 3).astype(np.int32)
    return Histories(drawn, np.arange(users + 1) * length, np.arange(users).astype(str).astype(object))


def training_batches(items: int, count: int, batch_size: int, length: int) -> list[dict[str, tf.Tensor]]:
    """Full windows, as `TrainingWindows` gives them: every position has a target."""
    windows = histories(items, count * batch_size, length + 1).items.reshape(count, batch_size, length + 1)
    return [{"history": tf.constant(rows[:, :-1]), "next_item": tf.constant(rows[:, 1:])} for rows in windows]
