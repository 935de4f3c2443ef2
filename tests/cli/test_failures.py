"""Errors of every library as one line of the command line, arguments that are no UTF-8, and SIGTERM."""

import os
import signal
import subprocess
import sys
import traceback

import pyarrow as pa
import pytest
import tensorflow as tf
from typer.core import TyperGroup

from tfrec_dl.cli.app import app
from tfrec_dl.cli.failures import one_line
from tfrec_dl.cli.interruptions import Termination, interruptions

EXHAUSTED = tf.errors.ResourceExhaustedError(None, None, "OOM in tensor with shape[9,9]\nand more")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            EXHAUSTED,
            "memory ran out (OOM in tensor with shape[9,9] and more): choose a smaller batch_size",
        ),
        (MemoryError(), "memory ran out (MemoryError)"),
        (tf.errors.ResourceExhaustedError(None, None, "/a/b/ckpt; No space left on device"), "no space left in /a/b: "),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"), "text that is not UTF-8"),
        (pa.ArrowInvalid("no magic\nbytes"), "ArrowInvalid: no magic bytes"),
        (tf.errors.DataLossError(None, None, "corrupted record"), "DataLossError: corrupted record"),
        (RecursionError("maximum depth"), "nested too deeply"),
        (PermissionError(13, "Permission denied", "/a/b"), "cannot write to /a: permission denied"),
        (FileNotFoundError(2, "No such file", "/a/b"), "/a/b: No such file"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_error_is_one_line(error, words, monkeypatch, capsys):
    assert words in one_line(error)
    assert "\n" not in one_line(error)

    def fails(*_, **__):
        raise error

    monkeypatch.setattr(TyperGroup, "main", fails)
    with pytest.raises(SystemExit) as ended:
        app(["models"])
    assert ended.value.code == 2
    assert capsys.readouterr().err == f"error: {one_line(error)}\n"


def test_a_fault_of_ours_keeps_its_traceback():
    assert one_line(KeyError("name")) is None


@pytest.mark.parametrize(
    "command",
    [
        ["recommend", "served", "--history", "i1,\udcff\udcfe"],
        ["train", "--data", "\udcff.csv", "--model", "gru", "--out", "run"],
        ["prepare", "--data", "table.csv", "--out", "f\udce4\udcf6"],
        ["evaluate", "\udcff"],
    ],
    ids=lambda command: command[0],
)
def test_argument_that_is_no_utf_8_is_refused_before_anything_is_read(command, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        app(command)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("error: the argument b'")
    assert "is not UTF-8" in said
    assert said.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_sigterm_clears_up_as_an_interruption_does_and_ends_with_its_own_status(monkeypatch, capsys):
    cleared = []

    def trains(*_, **__):
        try:
            os.kill(os.getpid(), signal.SIGTERM)
        finally:
            cleared.append(True)

    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(TyperGroup, "invoke", trains)
    with pytest.raises(SystemExit) as ended:
        app(["train"])
    assert ended.value.code == 143
    assert cleared == [True]
    assert "terminated" in capsys.readouterr().err
    assert signal.getsignal(signal.SIGTERM) is before


def test_termination_is_an_interruption_to_whoever_cleans_up():
    with pytest.raises(KeyboardInterrupt) as ended, interruptions():
        os.kill(os.getpid(), signal.SIGTERM)
    assert isinstance(ended.value, Termination)


@pytest.mark.process
def test_an_interruption_that_a_library_swallows_ends_the_process_all_the_same():
    script = """
import os, signal, threading
from tfrec_dl.cli import interruptions
interruptions.PATIENCE = 0.1
with interruptions.interruptions():
    try:
        os.kill(os.getpid(), signal.SIGTERM)
    except KeyboardInterrupt:
        pass
    threading.Event().wait()
"""
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert ended.returncode == 143
    assert ended.stderr == "interrupted: forced to exit, because it had not stopped after 0.1 s\n"


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interruption_that_a_library_turns_into_another_error_is_one_still(number, status, monkeypatch, capsys):
    def trains(*_, **__):
        try:
            os.kill(os.getpid(), number)
        except KeyboardInterrupt as error:
            traceback.print_exception(error)  # as compiled code prints what it cannot raise
            raise TypeError from None  # as compiled code does

    # In the background a shell has it ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    monkeypatch.setattr(TyperGroup, "invoke", trains)
    try:
        with pytest.raises(SystemExit) as ended:
            app(["train"])
    finally:
        signal.signal(signal.SIGINT, before)
    assert ended.value.code == status
    assert capsys.readouterr().err.count("\n") == 1
