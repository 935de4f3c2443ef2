"""A small table that is awkward in every way, and the folder that is prepared of it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.prepared.configuration import PrepareConfig
from tfrec_dl.data.prepared.folder import PreparedFolder
from tfrec_dl.data.prepared.prepare import prepare
from tfrec_dl.data.splits.leave_last_out import leave_last_out

pytest.importorskip("duckdb")


def awkward_table(rows: int = 900, seed: int = 0) -> pd.DataFrame:
    """Unsorted, with ties in time, repeated items, rare items, users with one and two interactions, odd ids."""
    generator = np.random.default_rng(seed)
    users = np.concatenate([generator.integers(0, 60, rows - 5), [100, 101, 101, 102, 102]])
    items = np.concatenate([(60 * generator.random(rows - 5) ** 2).astype(int), [1, 2, 500, 501, 3]])
    table = pd.DataFrame(
        {
            "user_id": [f"00{user}" if user % 3 else f"Ω, {user}" for user in users],
            "item_id": [f"item\t{item}" if item % 5 else str(item) for item in items],
            "timestamp": generator.integers(0, 40, rows),
        }
    )
    return table.sample(frac=1, random_state=seed, ignore_index=True)


@pytest.fixture(scope="session")
def table() -> pd.DataFrame:
    return awkward_table()


@pytest.fixture(scope="session")
def path(table, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("table") / "table.csv"
    table.to_csv(path, index=False)
    return path


@pytest.fixture(scope="session")
def folder(path, tmp_path_factory) -> PreparedFolder:
    """Not to be written to."""
    return prepare(PrepareConfig((str(path),), shards=5), tmp_path_factory.mktemp("out") / "prepared")


@pytest.fixture(scope="session")
def split(path):
    """The same in memory."""
    return leave_last_out(Interactions.read(path))
