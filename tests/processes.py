"""Runs functions in separate processes, forked from one that has imported TensorFlow without using it.

Importing TensorFlow takes seconds; forking a process that has imported it takes none. The functions must be importable,
not nested.
"""

import multiprocessing
import os
import sys
from collections.abc import Callable, Mapping
from multiprocessing import forkserver
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.quicker import hasten_tensorflow

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tfrec_dl.cli", "tfrec_dl.lifecycle.train", "tests.runs.runs"])


def start(
    log: Path, function: Callable[..., object], *arguments: object, environment: Mapping[str, str] | None = None
) -> BaseProcess:
    """Starts a process that calls the function.

    Args:
        log: file that all of its output is appended to.
        function: of a module.
        *arguments: picklable.
        environment: variables that it has besides those of this process.
    """
    process = _CONTEXT.Process(
        target=_called, args=(str(log), {**os.environ, **(environment or {})}, function, arguments)
    )
    process.start()
    return process


def run(
    log: Path, function: Callable[..., object], *arguments: object, environment: Mapping[str, str] | None = None
) -> int:
    """The status with which the function's process ends: the signal's number below zero where one ended it."""
    process = start(log, function, *arguments, environment=environment)
    process.join()
    status = process.exitcode
    assert status is not None
    return status


def _called(log: str, environment: dict[str, str], function: Callable[..., object], arguments: tuple) -> None:
    with open(log, "ab") as file:
        for descriptor in (1, 2):
            os.dup2(file.fileno(), descriptor)
    sys.stdout = os.fdopen(1, "w", buffering=1, closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
    os.environ.clear()
    os.environ.update(environment)
    hasten_tensorflow()  # as in the process that compares the outcome with its own, to the last bit
    function(*arguments)
    sys.stdout.flush()


def stop() -> None:
    """Ends the process that others are forked from, if there is one, so that none outlives the tests."""
    forkserver._forkserver._stop()  # no public way
