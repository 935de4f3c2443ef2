"""Fixtures that the tests of several packages share: small cases with chosen scores, and trained runs."""

import math
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.runs.runs import SETTINGS, CopiesTheRun
from tests.serving.stand_in import chain_model
from tests.synthetic import cyclic_interactions
from tfrec_dl.data.histories import Histories
from tfrec_dl.data.source import DataSource
from tfrec_dl.data.splits.evaluation_cases import EvaluationCases
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.families.run import Run
from tfrec_dl.lifecycle.train import train
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.serving.export import export_saved_model


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
    """Returns vocabulary(n, counts=None), which makes n items "a0", "a1", ..., with decreasing counts unless given."""

    def build(n, counts=None):
        ids = np.array([f"a{i}" for i in range(n)], dtype=object)
        return Vocabulary(ids, np.asarray(range(n, 0, -1) if counts is None else counts, dtype=np.int64))

    return build


@pytest.fixture
def cases():
    """Returns cases(history_rows, target_rows), which makes evaluation cases."""
    return lambda history_rows, target_rows: EvaluationCases(_histories(history_rows), _histories(target_rows))


@pytest.fixture
def random_cases():
    """Returns random_cases(seed), which makes scores with many ties, and histories and targets as rows.

    Some histories are empty. Some targets are unknown or repeated.
    """

    def build(seed, users=60, items=40):
        rng = np.random.default_rng(seed)
        size = items + 2
        history_rows = [list(rng.integers(2, size, rng.integers(0, 15))) for _ in range(users)]
        target_rows = [list(rng.integers(1, size, rng.integers(1, 6))) for _ in range(users)]
        matrix = rng.integers(0, 12, (users, size)).astype(np.float32)
        return matrix, history_rows, target_rows

    return build


@pytest.fixture(scope="session")
def recipe() -> Recipe:
    return RECIPES["next_it_net"].with_settings(SETTINGS)


@pytest.fixture(scope="session")
def source(tmp_path_factory) -> DataSource:
    path = tmp_path_factory.mktemp("data") / "cycle.csv"
    cyclic_interactions(users=60, items=20, length=11, noise=0.1).to_csv(path, index=False)
    return DataSource(str(path))


@pytest.fixture(scope="session")
def finished(recipe, source, tmp_path_factory) -> Run:
    """An uninterrupted run."""
    folder = tmp_path_factory.mktemp("runs") / "finished"
    return train(recipe, source, folder, [CopiesTheRun(3, folder, folder.with_name("interrupted"))], verbose=0)


@pytest.fixture(scope="session")
def interrupted(finished) -> Path:
    """The folder of a run that was interrupted in its third epoch."""
    return finished.folder.with_name("interrupted")


@pytest.fixture(scope="session")
def chain_export(tmp_path_factory) -> Path:
    """The version folder of an export of `chain_model`, which has no item features; tests must not change it."""
    return export_saved_model(chain_model(), tmp_path_factory.mktemp("exports") / "chain")


@pytest.fixture
def copy(interrupted, tmp_path) -> Path:
    return Path(shutil.copytree(interrupted, tmp_path / "copy"))
