import os
import re
import socket
import stat
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tfrec_dl.errors import InputError
from tfrec_dl.files import locked, remove_unfinished, replacing


def test_file_appears_when_all_is_written(tmp_path):
    path = tmp_path / "file.txt"
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert not path.exists()
        assert temporary.parent == tmp_path
    assert path.read_text() == "new"
    assert os.listdir(tmp_path) == ["file.txt"]
    assert stat.S_IMODE(path.stat().st_mode) & 0o444 == 0o444


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_interrupted_write_leaves_the_old_file_and_nothing_else(tmp_path, error):
    path = tmp_path / "file.txt"
    path.write_text("old")
    with pytest.raises(error), replacing(path) as temporary:
        temporary.write_text("half")
        raise error
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["file.txt"]


@pytest.mark.parametrize("parent", ["missing", "file"])
def test_folder_that_cannot_be_written_to_is_an_input_error(tmp_path, parent):
    (tmp_path / "file").write_text("")
    path = tmp_path / parent / "new.txt"
    with pytest.raises(InputError, match=f"cannot write {path}") as refused, replacing(path):
        pass
    assert "\n" not in str(refused.value)


def test_a_locked_folder_is_one_process_s_until_it_is_done_and_it_is_named(tmp_path):
    folder = tmp_path / "new" / "run"
    who = re.escape(f"process {os.getpid()} on {socket.gethostname()} is writing to {folder}: wait for it")
    with locked(folder), pytest.raises(InputError, match=who), locked(folder):
        pass
    assert not list(tmp_path.iterdir())  # nothing was written in it
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / ".lock").write_text("process 1 on a machine that lost its power")
    with locked(tmp_path / "run"):
        (tmp_path / "run" / "config.json").touch()
    assert os.listdir(tmp_path / "run") == ["config.json"]


def test_of_many_that_lock_a_folder_at_one_moment_one_has_it_at_a_time(tmp_path):
    start, refused, done = threading.Barrier(8), [], []

    def work() -> None:
        start.wait()
        for _ in range(40):
            try:
                with locked(tmp_path / "run"):
                    (tmp_path / "inside").mkdir()  # fails where another is inside
                    (tmp_path / "inside").rmdir()
                    done.append(1)
            except InputError as error:
                refused.append(str(error))

    with ThreadPoolExecutor(8) as pool:
        for each in [pool.submit(work) for _ in range(8)]:
            each.result()
    assert len(done) + len(refused) == 320
    assert done
    assert not list(tmp_path.rglob(".lock"))


def test_what_killed_processes_left_is_removed_and_nothing_else(tmp_path):
    with pytest.raises(SystemExit), replacing(tmp_path / "metrics.json") as temporary:
        left = temporary.name
        raise SystemExit
    for name in (left, "metrics.json", ".gitignore", ".lock", ".nfs.config"):
        (tmp_path / name).touch()
    checkpoints = tmp_path / "checkpoints"
    for folder in (checkpoints, checkpoints / "best"):
        (folder / "ckpt-2_temp").mkdir(parents=True)
        (folder / "ckpt-2_temp" / "part-00000-of-00001.data-00000-of-00001.tempstate1").touch()
        (folder / "ckpt-1.index").touch()
    remove_unfinished(tmp_path)
    assert sorted(os.listdir(tmp_path)) == [".gitignore", ".lock", ".nfs.config", "checkpoints", "metrics.json"]
    assert sorted(os.listdir(checkpoints)) == ["best", "ckpt-1.index"]
    assert os.listdir(checkpoints / "best") == ["ckpt-1.index"]


def test_content_and_name_are_flushed_in_that_order_before_and_after_the_rename(tmp_path, monkeypatch):
    steps = []
    monkeypatch.setattr("tfrec_dl.files.flush", lambda path: steps.append((path.name, (tmp_path / "a").exists())))
    with replacing(tmp_path / "a") as temporary:
        temporary.write_text("new")
    assert steps == [(temporary.name, False), (tmp_path.name, True)]
