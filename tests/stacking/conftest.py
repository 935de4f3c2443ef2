"""Members whose worth is known, and histories to ask them about."""

import numpy as np
import pytest
import tensorflow as tf

from tfrec_dl.data.histories import Histories
from tfrec_dl.data.splits.evaluation_cases import EvaluationCases
from tfrec_dl.data.vocabulary import Vocabulary

ITEMS = 30
SHORT = 6  # items of the longest short history


class Follows(tf.Module):
    """Scores the item some steps after the history's last one highest.

    Args:
        short: step for histories of at most `SHORT` items.
        long: step for longer ones.
        scale: of the scores.
    """

    def __init__(self, short: int, long: int, scale: float = 1.0) -> None:
        super().__init__()
        self.short, self.long, self.scale = short, long, scale

    def catalogue_scores(self, history):
        lengths = tf.math.count_nonzero(history, axis=1, dtype=tf.int32)
        last = tf.gather(history, tf.maximum(lengths - 1, 0), batch_dims=1)
        step = tf.where(lengths <= SHORT, self.short, self.long)
        return self.scale * tf.one_hot((last - 2 + step) % ITEMS + 2, ITEMS + 2)


class Arbitrary(tf.Module):
    """Scores that have nothing to do with what follows, by the history's last item."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.table = tf.constant(np.random.default_rng(seed).normal(size=(ITEMS + 2, ITEMS + 2)), tf.float32)

    def catalogue_scores(self, history):
        lengths = tf.math.count_nonzero(history, axis=1, dtype=tf.int32)
        return tf.gather(self.table, tf.gather(history, tf.maximum(lengths - 1, 0), batch_dims=1))


def _histories(rows):
    offsets = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    ids = np.array([f"user {row}" for row in range(len(rows))], dtype=object)
    return Histories(np.array([item for row in rows for item in row], dtype=np.int32), offsets, ids)


@pytest.fixture
def histories():
    return _histories


@pytest.fixture
def vocabulary():
    return Vocabulary(np.array([f"a{i}" for i in range(ITEMS)], dtype=object), np.arange(ITEMS, 0, -1, dtype=np.int64))


@pytest.fixture
def cases():
    """cases(users, seed, lengths): random histories of distinct items; the item after the last one follows each."""

    def build(users=200, seed=0, lengths=((2, SHORT), (14, 20))):
        rng = np.random.default_rng(seed)
        rows, targets = [], []
        for user in range(users):
            low, high = lengths[user % len(lengths)]
            length = rng.integers(low, high + 1)
            start = rng.integers(ITEMS)
            following = (start + 1) % ITEMS
            others = rng.permutation([item for item in range(ITEMS) if item not in (start, following)])
            rows.append([*(others[: length - 1] + 2), start + 2])
            targets.append([following + 2])
        return EvaluationCases(_histories(rows), _histories(targets))

    return build
