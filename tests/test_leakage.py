"""From end to end: what is tested on has no influence on what is trained."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.synthetic import cyclic_interactions
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.source import DataSource
from tfrec_dl.data.splits.leave_last_out import leave_last_out
from tfrec_dl.data.splits.random import random_by_user
from tfrec_dl.data.splits.split import Split
from tfrec_dl.data.splits.temporal import temporal
from tfrec_dl.data.training.cuts import WindowConfig
from tfrec_dl.data.training.windows import TrainingWindows
from tfrec_dl.families.run import Run
from tfrec_dl.lifecycle.train import train
from tfrec_dl.recipes.named import RECIPES

USERS, LENGTH = 40, 9


def table() -> pd.DataFrame:
    frame = cyclic_interactions(USERS, items=15, length=LENGTH, noise=0.2)
    return frame.sample(frac=1, random_state=0).reset_index(drop=True)  # the order of rows is no help


def with_other_items(frame: pd.DataFrame, rows: np.ndarray) -> pd.DataFrame:
    """The table with other known items in those rows."""
    changed = frame.copy()
    numbers = changed.loc[rows, "item_id"].str.removeprefix("item_").astype(int)
    changed.loc[rows, "item_id"] = [f"item_{(number + 7) % 15}" for number in numbers]
    assert (changed.loc[rows, "item_id"] != frame.loc[rows, "item_id"]).all()
    assert set(changed["item_id"]) == set(frame["item_id"])
    return changed


def assert_same_training(before: Split, after: Split) -> None:
    np.testing.assert_array_equal(before.vocabulary.ids, after.vocabulary.ids)
    np.testing.assert_array_equal(before.vocabulary.counts, after.vocabulary.counts)
    config = WindowConfig(max_length=5, context=2, batch_size=8)
    epochs = [TrainingWindows(split.train, config) for split in (before, after)]
    assert epochs[0].steps_per_epoch == epochs[1].steps_per_epoch
    batches = [windows.dataset().take(2 * windows.steps_per_epoch).as_numpy_iterator() for windows in epochs]
    for one, other in zip(*batches, strict=True):
        np.testing.assert_array_equal(one["history"], other["history"])
        np.testing.assert_array_equal(one["next_item"], other["next_item"])


SHARES = {"validation_share": 1 / LENGTH, "test_share": 1 / LENGTH}


def drawn(part: str):
    """The rows that the random split holds out, known by their weights."""

    def rows(frame: pd.DataFrame) -> np.ndarray:
        marked = Interactions.from_frame(frame.assign(weight=np.arange(len(frame))))
        held_out = getattr(random_by_user(marked, **SHARES), part).targets.weights.astype(int)
        return np.isin(np.arange(len(frame)), held_out)

    return rows


HELD_OUT = {
    "last of each user: test": (leave_last_out, lambda frame: frame["timestamp"] == LENGTH - 1),
    "last of each user: validation": (leave_last_out, lambda frame: frame["timestamp"] == LENGTH - 2),
    "by the clock: test": (temporal, lambda frame: frame["timestamp"] == LENGTH - 1),
    "by the clock: validation": (temporal, lambda frame: frame["timestamp"] == LENGTH - 2),
    "at random: test": (random_by_user, drawn("test")),
    "at random: validation": (random_by_user, drawn("validation")),
}


@pytest.mark.parametrize(("split", "held_out"), HELD_OUT.values(), ids=HELD_OUT)
def test_held_out_items_have_no_part_in_the_vocabulary_or_the_windows(split, held_out):
    frame = table()
    rows = np.flatnonzero(held_out(frame))
    settings = {} if split is leave_last_out else SHARES
    before, after = (
        split(Interactions.from_frame(version), **settings) for version in (frame, with_other_items(frame, rows))
    )
    assert len(before.test) == len(before.validation) == USERS
    assert_same_training(before, after)


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> list[Run]:
    """Two runs whose tables differ in the test targets only."""
    folder = tmp_path_factory.mktemp("leakage")
    settings = {"channels": 8, "dilations": (1,), "dimension": 8, "max_length": 5, "context": 2, "epochs": 3}
    recipe = RECIPES["next_it_net"].with_settings(settings | {"batch_size": 16, "learning_rate": 0.02})
    frame = table()
    tables = frame, with_other_items(frame, np.flatnonzero(frame["timestamp"] == LENGTH - 1))
    runs = []
    for number, version in enumerate(tables):
        path: Path = folder / f"table_{number}.csv"
        version.to_csv(path, index=False)
        runs.append(train(recipe, DataSource(str(path)), folder / f"run_{number}", verbose=0))
    return runs


def trained_figures(run: Run) -> list[dict[str, str]]:
    with (run.folder / "history.csv").open(newline="") as file:
        return [{name: value for name, value in row.items() if name != "seconds"} for row in csv.DictReader(file)]


def test_test_targets_have_no_part_in_the_trained_weights(runs):
    before, after = runs
    assert (before.folder / "vocabulary.txt").read_bytes() == (after.folder / "vocabulary.txt").read_bytes()
    assert trained_figures(before) == trained_figures(after)
    for one, other in zip(before.model().trainable_variables, after.model().trainable_variables, strict=True):
        np.testing.assert_array_equal(one, other)


def test_only_the_test_metrics_change_with_the_test_targets(runs):
    before, after = (run.metrics() for run in runs)
    validation = {name for name in before if name.startswith("validation/")}
    assert {name: before[name] for name in validation} == {name: after[name] for name in validation}
    assert before["test/ndcg@10"] != after["test/ndcg@10"]
