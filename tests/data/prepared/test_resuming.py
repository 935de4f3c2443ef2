"""A preparation that is killed goes on, and ends with the very bytes of one that was not."""

import errno
import os
import shutil
import signal
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from tests import processes
from tests.data.prepared.shard_reading import bytes_of
from tests.killing import Killed, killed_at
from tfrec_dl.data.prepared import partition, pieces
from tfrec_dl.data.prepared.configuration import PrepareConfig
from tfrec_dl.data.prepared.prepare import prepare
from tfrec_dl.data.prepared.work import Work
from tfrec_dl.errors import InputError


@pytest.fixture
def config(table, tmp_path, monkeypatch) -> PrepareConfig:
    """Two files, of three pieces and of two."""
    for module in (pieces, partition):
        monkeypatch.setattr(module, "PIECE_ROWS", 200)
    (tmp_path / "in").mkdir()
    table[:500].to_csv(tmp_path / "in" / "1.csv", index=False)
    table[500:].to_parquet(tmp_path / "in" / "2.parquet", row_group_size=90)
    return PrepareConfig((str(tmp_path / "in"),), shards=2)


def test_killed_again_and_again_it_ends_with_the_same_bytes(config, tmp_path, monkeypatch):
    expected = bytes_of(prepare(config, tmp_path / "whole").path)
    kills = 0
    while killed_at(3, monkeypatch, prepare, config, tmp_path / "out"):  # what belongs together are three files at most
        kills += 1
        assert kills < 20
    assert kills > 5
    assert bytes_of(tmp_path / "out") == expected


@pytest.mark.parametrize("number", [0, 2, 4, 9, 12, 13, 16, 18, 20, 22])
def test_killed_once_it_ends_with_the_same_bytes(config, tmp_path, monkeypatch, number):
    assert killed_at(number, monkeypatch, prepare, config, tmp_path / "out")
    assert not (tmp_path / "out" / "prepared.json").exists()
    prepare(config, tmp_path / "out")
    assert bytes_of(tmp_path / "out") == bytes_of(prepare(config, tmp_path / "whole").path)


def test_what_is_done_is_not_done_again(config, tmp_path, monkeypatch):
    assert killed_at(14, monkeypatch, prepare, config, tmp_path / "out")
    done = {path: path.stat().st_mtime_ns for path in (tmp_path / "out" / "work").rglob("*.*") if path.name[0] != "."}
    assert done
    assert killed_at(2, monkeypatch, prepare, config, tmp_path / "out")
    assert {path: path.stat().st_mtime_ns for path in done if path.exists()} == {
        path: time for path, time in done.items() if path.exists()
    }


def test_killed_while_it_clears_up_it_is_finished(config, tmp_path, monkeypatch):
    def remove(work):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Work, "remove", remove)
        with pytest.raises(Killed):
            prepare(config, tmp_path / "out")
    assert (tmp_path / "out" / "work").exists()
    prepare(config, tmp_path / "out")
    assert bytes_of(tmp_path / "out") == bytes_of(prepare(config, tmp_path / "whole").path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"min_count": 2}, "with min_count 1, not 2"),
        ({"shards": 3}, "with shards 2, not 3"),
        ({"seed": 4}, "with seed 0, not 4"),
        ({"evaluation_users": 9}, "with evaluation_users 20000, not 9"),
        ({"time": "timestamp"}, "with time None, not 'timestamp'"),
    ],
)
def test_another_command_is_refused(config, tmp_path, monkeypatch, change, said):
    killed_at(6, monkeypatch, prepare, config, tmp_path / "out")
    before = sorted((tmp_path / "out").rglob("*"))
    settings = {name: getattr(config, name) for name in config.__dataclass_fields__}
    with pytest.raises(InputError, match=said):
        prepare(PrepareConfig(**{**settings, **change}), tmp_path / "out")
    assert sorted((tmp_path / "out").rglob("*")) == before


def test_another_memory_limit_goes_on(config, tmp_path, monkeypatch):
    killed_at(6, monkeypatch, prepare, config, tmp_path / "out")
    prepare(PrepareConfig(config.data, shards=2, memory_limit="500MB"), tmp_path / "out")


def test_a_changed_table_is_refused(config, tmp_path, monkeypatch):
    killed_at(6, monkeypatch, prepare, config, tmp_path / "out")
    path = tmp_path / "in" / "1.csv"
    path.write_text(path.read_text() + "u,i,1\n")
    with pytest.raises(InputError, match="holds an unfinished preparation with files .*1.csv"):
        prepare(config, tmp_path / "out")


def test_a_full_disk_loses_nothing(config, tmp_path, monkeypatch):
    make, made = tempfile.mkstemp, []

    def full(**arguments):
        made.append(arguments)
        if len(made) > 8:
            raise OSError(errno.ENOSPC, "No space left on device")
        return make(**arguments)

    with monkeypatch.context() as patched:
        patched.setattr(tempfile, "mkstemp", full)
        with pytest.raises(InputError, match="No space left on device"):
            prepare(config, tmp_path / "out")
    assert len(list((tmp_path / "out" / "work" / "pieces").glob("*.parquet"))) == 5
    prepare(config, tmp_path / "out")
    assert bytes_of(tmp_path / "out") == bytes_of(prepare(config, tmp_path / "whole").path)


def test_finished_and_foreign_folders_are_left_alone(config, tmp_path):
    out = tmp_path / "out"
    prepare(config, out)
    before = bytes_of(out)
    assert prepare(config, out).path == out
    with pytest.raises(InputError, match="holds a finished preparation with seed"):
        prepare(replace(config, seed=config.seed + 1), out)
    assert bytes_of(out) == before
    with pytest.raises(InputError, match="exists and is not a prepared folder"):
        prepare(config, tmp_path / "in")


def test_it_goes_on_with_tables_that_have_moved(config, tmp_path, monkeypatch):
    assert killed_at(9, monkeypatch, prepare, config, tmp_path / "out")
    shutil.copytree(tmp_path / "in", tmp_path / "moved")  # with their times, as a move has it
    moved = replace(config, data=tuple(str(path).replace("/in", "/moved") for path in config.data))
    done = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out" / "work" / "pieces").iterdir()}
    folder = prepare(moved, tmp_path / "out")
    assert done
    assert [each["path"] for each in folder.manifest["table"]] == [
        str(path) for path in sorted((tmp_path / "moved").iterdir())
    ]
    assert prepare(config, tmp_path / "out").fingerprint() == folder.fingerprint()


def test_two_at_once_are_refused(config, tmp_path, monkeypatch):
    killed_at(6, monkeypatch, prepare, config, tmp_path / "out")
    from tfrec_dl.files import locked

    with locked(tmp_path / "out"), pytest.raises(InputError, match="process .* is writing to"):
        prepare(config, tmp_path / "out")


def killed_after(allowed: int, data: str, out: Path) -> None:
    """Prepares until so many files have their names, then ends the process: nothing is cleaned up on the way out."""
    partition.PIECE_ROWS = pieces.PIECE_ROWS = 200
    replace, seen = os.replace, []

    def counted(source, target):
        if len(seen) == allowed:
            os.kill(os.getpid(), signal.SIGKILL)
        seen.append(target)
        replace(source, target)

    os.replace = counted
    prepare(PrepareConfig((data,), shards=2), out)


def test_processes_that_are_really_killed_leave_a_folder_that_goes_on(config, tmp_path):
    log, (data,) = tmp_path / "log", config.data
    for allowed in (5, 7, 6):
        assert processes.run(log, killed_after, allowed, data, tmp_path / "out") == -signal.SIGKILL, log.read_text()
    prepare(config, tmp_path / "out")
    assert bytes_of(tmp_path / "out") == bytes_of(prepare(config, tmp_path / "whole").path)
