"""Small cases with chosen scores, and a naive ranking to compare with."""

import math

import numpy as np
import pytest

from tfrec_dl.data.histories import Histories
from tfrec_dl.data.splits import EvaluationCases
from tfrec_dl.data.vocabulary import Vocabulary


def _histories(rows, user_ids=None):
    offsets = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    items = np.array([item for row in rows for item in row], dtype=np.int32)
    ids = [str(row) for row in range(len(rows))] if user_ids is None else user_ids
    return Histories(items, offsets, np.array(ids, dtype=object))


class _FixedScorer:
    """Scores user "i" by row i of a matrix; hands out copies."""

    def __init__(self, matrix):
        self.matrix = np.asarray(matrix, dtype=np.float32)

    def scores(self, histories):
        return self.matrix[histories.user_ids.astype(int)]


def _naive_rank(scores, history, target, keep_seen):
    """The rank by its definition, one comparison at a time."""
    seen = set() if keep_seen else set(history)
    if target < 2 or target in seen:
        return math.inf
    others = [item for item in range(2, len(scores)) if item not in seen and item != target]
    return 1 + sum(not scores[item] < scores[target] for item in others)


@pytest.fixture
def histories():
    return _histories


@pytest.fixture
def fixed_scorer():
    return _FixedScorer


@pytest.fixture
def naive_rank():
    return _naive_rank


@pytest.fixture
def vocabulary():
    """vocabulary(n, counts=None): n items "a0", "a1", ..., with falling counts unless given."""

    def build(n, counts=None):
        ids = np.array([f"a{i}" for i in range(n)], dtype=object)
        return Vocabulary(ids, np.asarray(range(n, 0, -1) if counts is None else counts, dtype=np.int64))

    return build


@pytest.fixture
def cases():
    """cases(history rows, target rows)."""
    return lambda history_rows, target_rows: EvaluationCases(_histories(history_rows), _histories(target_rows))


@pytest.fixture
def random_cases():
    """random_cases(seed): scores with many ties; histories, some empty; targets, some unknown, some twice."""

    def build(seed, users=60, items=40):
        rng = np.random.default_rng(seed)
        size = items + 2
        history_rows = [list(rng.integers(2, size, rng.integers(0, 15))) for _ in range(users)]
        target_rows = [list(rng.integers(1, size, rng.integers(1, 6))) for _ in range(users)]
        matrix = rng.integers(0, 12, (users, size)).astype(np.float32)
        return matrix, history_rows, target_rows

    return build
