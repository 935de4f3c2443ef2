"""Runs tfrec-dl commands in processes forked from one that has imported everything but used none of it.

On tables this small the imports take longer than the commands. A forked process has the imports already.
"""

import gc
import importlib
import os
import pkgutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import tfrec_dl

POLL = 0.01  # seconds between looks at whether a process has ended


@dataclass(frozen=True)
class Ended:
    """How a process ended.

    Attributes:
        status: as shells have it, below 0 where a signal ended it.
        output: what it wrote.
        seconds: that it ran.
        signalled: it was still at work when it was to be sent the signal.
        mebibytes: of memory at most.
    """

    status: int
    output: str
    seconds: float
    signalled: bool
    mebibytes: int


def import_everything() -> None:
    """Imports all modules of the package, and TensorFlow, and keeps the garbage collector off what they made."""
    for module in pkgutil.walk_packages(tfrec_dl.__path__, "tfrec_dl."):
        importlib.import_module(module.name)
    gc.collect()
    gc.freeze()


def command(
    folder: Path, arguments: Sequence[str], kill_after: float | None = None, number: int = signal.SIGKILL
) -> Ended:
    """Runs a command in a folder, whose `tmp` is its place for temporary files.

    Args:
        folder: that it works in.
        arguments: of `tfrec-dl`.
        kill_after: seconds after which it gets a signal; None leaves it alone.
        number: of the signal.
    """

    def run() -> None:
        from tfrec_dl.cli import app

        os.chdir(folder)
        (folder / "tmp").mkdir(exist_ok=True)
        tempfile.tempdir = str(folder / "tmp")
        app(list(arguments))

    return call(run, kill_after, number)


def call(function: Callable[[], object], kill_after: float | None = None, number: int = signal.SIGKILL) -> Ended:
    """Calls a function in a process of its own; arguments as for `command`."""
    with tempfile.TemporaryFile() as log:
        sys.stdout.flush()
        sys.stderr.flush()
        began = time.perf_counter()
        child = os.fork()
        if child == 0:
            _be_a_program(function, log.fileno())
        signalled = kill_after is not None and not _ends_within(child, kill_after)
        if signalled:
            os.kill(child, number)
        _, status, usage = os.wait4(child, 0)
        log.seek(0)
        return Ended(
            os.waitstatus_to_exitcode(status),
            log.read().decode(errors="replace"),
            time.perf_counter() - began,
            signalled,
            usage.ru_maxrss // 1024,
        )


def _ends_within(child: int, seconds: float) -> bool:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            return True
        time.sleep(POLL)
    return False


def _be_a_program(function: Callable[[], object], log: int) -> None:
    """Ends this process as a program does that calls the function."""
    status = 1
    try:
        os.dup2(log, 1)
        os.dup2(log, 2)
        function()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except KeyboardInterrupt:  # before the command has begun, or after its end
        status = 128 + signal.SIGINT
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
