"""A table appended to a prepared folder: what preparing both together makes, killed or not."""

import shutil

import numpy as np
import pandas as pd
import pytest

from tests.data.prepared.conftest import awkward_table
from tests.data.prepared.shard_reading import bytes_of
from tests.killing import killed_at
from tfrec_dl.data.prepared.base import append_config
from tfrec_dl.data.prepared.configuration import PrepareConfig
from tfrec_dl.data.prepared.folder import PreparedFolder
from tfrec_dl.data.prepared.prepare import prepare
from tfrec_dl.errors import InputError

SETTINGS = {
    "rare items": {"min_count": 12, "evaluation_users": 20, "seed": 3},
    "pairs once": {"duplicates": "last"},
    "no times": {"time": None},
}


def parts_of(table, folder) -> list[str]:
    """The table in three files, in order: users, items and times are in each, and some in one alone."""
    cuts = np.split(np.arange(len(table)), [500, 700])
    paths = [str(folder / f"{number}.csv") for number in range(3)]
    for rows, path in zip(cuts, paths, strict=True):
        table.iloc[rows].to_csv(path, index=False)
    return paths


def content(folder: PreparedFolder) -> dict[str, bytes]:
    """All files but the manifest."""
    return {name: held for name, held in bytes_of(folder.path).items() if name != "prepared.json"}


@pytest.mark.parametrize("kind", SETTINGS)
def test_appending_again_and_again_is_preparing_all_tables_together(tmp_path, kind):
    """Late events and all: most times lie before the last one that a user had."""
    table = awkward_table(seed=1).assign(weight=np.arange(900) / 4)
    if kind == "no times":
        table = table.drop(columns="timestamp")
    first, second, third = parts_of(table, tmp_path)
    together = prepare(PrepareConfig((first, second, third), shards=3, **SETTINGS[kind]), tmp_path / "together")
    one = prepare(PrepareConfig((first,), shards=3, **SETTINGS[kind]), tmp_path / "1")
    before = bytes_of(one.path)
    two = prepare(append_config(one.path, second), tmp_path / "2")
    found = prepare(append_config(two.path, third), tmp_path / "3")
    assert content(found) == content(together)
    for name in ("size", "counts", "evaluation", "table", "columns", "min_count", "fingerprint"):
        assert found.manifest[name] == together.manifest[name], name
    assert bytes_of(one.path) == before
    known, later = (set(each.vocabulary.ids) for each in (one, found))
    assert later - known  # items that were rare, or not there


def test_killed_again_and_again_it_ends_with_the_same_bytes(table, tmp_path, monkeypatch):
    first, second, third = parts_of(table, tmp_path)
    base = prepare(PrepareConfig((first,), shards=2), tmp_path / "base")
    config = append_config(base.path, second, third)
    expected = bytes_of(prepare(config, tmp_path / "whole").path)
    kills = 0
    while killed_at(5, monkeypatch, prepare, config, tmp_path / "out"):
        kills += 1
        assert kills < 20
    assert kills > 3
    assert bytes_of(tmp_path / "out") == expected


def test_settings_are_the_folders_own_unless_given(table, tmp_path):
    first, second, _ = parts_of(table, tmp_path)
    renamed = pd.read_csv(second).rename(columns={"item_id": "what"})
    renamed.to_parquet(tmp_path / "new.parquet")
    base = prepare(PrepareConfig((first,), shards=2, seed=5, evaluation_users=9), tmp_path / "base")
    config = append_config(base.path, str(tmp_path / "new.parquet"), item="what", min_count=4)
    found = prepare(config, tmp_path / "out")
    expected = PrepareConfig((first, second), shards=2, seed=5, evaluation_users=9, min_count=4)
    assert content(found) == content(prepare(expected, tmp_path / "together"))


def test_a_folder_without_its_interactions_is_trained_on_and_not_appended_to(folder, path, tmp_path):
    """As earlier versions prepared it, or where they were deleted for their size."""
    lean = tmp_path / "lean"
    shutil.copytree(folder.path, lean)
    shutil.rmtree(lean / "interactions")
    assert PreparedFolder.open(lean).fingerprint() == folder.fingerprint()
    with pytest.raises(InputError, match=r"prepare its tables \('.*table.csv'\) together with the new ones"):
        prepare(append_config(lean, str(path)), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("change", "settings", "said"),
    [
        (lambda table: table.drop(columns="timestamp"), {}, "no column 'timestamp' in '.*new.csv'"),
        (lambda table: table.assign(weight=2), {}, "new.csv' has weights, and '.*' has none: appended tables"),
        (lambda table: table.assign(timestamp="2020-01-01"), {}, "holds numbers in '.*' and datetimes in '.*new.csv'"),
        (lambda table: table[:0], {}, "new.csv' holds no interactions"),
        (lambda table: table, {"shards": 7}, "shards is 7, but .* has 5, which cannot change"),
    ],
    ids=["times", "weights", "kind of times", "empty", "shards"],
)  # fmt: skip
def test_what_cannot_be_appended_is_refused_and_nothing_is_left(folder, table, tmp_path, change, settings, said):
    change(table[:50]).to_csv(tmp_path / "new.csv", index=False)
    with pytest.raises(InputError, match=said) as refused:
        prepare(append_config(folder.path, str(tmp_path / "new.csv"), **settings), tmp_path / "out")
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_there_already_is_refused(folder, path, tmp_path):
    with pytest.raises(InputError, match=r"table.csv' is already in '.*': its interactions would count twice"):
        prepare(append_config(folder.path, str(path)), tmp_path / "out")
