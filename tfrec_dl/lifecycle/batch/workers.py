"""Workers that make the parts of a job, in this process or in several others."""

import multiprocessing
import os
import signal
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.synchronize import Event
from typing import TYPE_CHECKING, Protocol

from tfrec_dl.errors import InputError
from tfrec_dl.lifecycle.batch.job import Job
from tfrec_dl.lifecycle.processes import STARTED, end_with_parent
from tfrec_dl.quiet import as_quiet_as_the_parent

if TYPE_CHECKING:  # a process imports this module before it can silence TensorFlow
    from tfrec_dl.lifecycle.batch.parts import PartMaker


class Workers(Protocol):
    """Protocol for workers that make parts."""

    def check_rules(self) -> None:
        """Raises InputError if the export rejects a user's rules; names the row."""

    def make(self, shards: Iterable[int]) -> Iterator[int]:
        """Makes the parts of shards, and yields each shard once its part exists, in any order."""


class ThisProcess:
    """Makes parts in this process; arguments and errors are those of `PartMaker`."""

    def __init__(self, job: Job) -> None:
        from tfrec_dl.lifecycle.batch.parts import PartMaker

        self._maker = PartMaker(job)

    def check_rules(self) -> None:
        """See `Workers.check_rules`."""
        self._maker.check_rules()

    def make(self, shards: Iterable[int]) -> Iterator[int]:
        """See `Workers.make`."""
        for shard in shards:
            yield self._maker.make(shard, lambda: None)


class Processes:
    """Makes parts in separate processes.

    Args:
        executor: pool whose processes have called `_start`.
    """

    def __init__(self, executor: ProcessPoolExecutor) -> None:
        self._executor = executor

    def check_rules(self) -> None:
        """See `Workers.check_rules`."""
        self._executor.submit(_check_rules).result()

    def make(self, shards: Iterable[int]) -> Iterator[int]:
        """See `Workers.make`."""
        for future in as_completed([self._executor.submit(_make, shard) for shard in shards]):
            yield future.result()


@contextmanager
def workers(job: Job, processes: int) -> Iterator[Workers]:
    """Starts workers with the export loaded, and stops them on exit.

    Args:
        job: job to work on.
        processes: number of processes; 1 uses only this process. They share the cores.

    Raises:
        InputError: as in `PartMaker`, or if a process is killed from outside.
    """
    if processes == 1:
        yield ThisProcess(job)
        return
    context = multiprocessing.get_context(STARTED)
    stop = context.Event()
    threads = max(1, (os.cpu_count() or 1) // processes)
    with ProcessPoolExecutor(processes, context, _start, (job, threads, stop)) as executor:
        try:
            executor.submit(_is_ready).result()
            yield Processes(executor)
        except BrokenProcessPool as error:
            raise InputError(
                "one of the processes was killed, perhaps because memory ran out: run the same command again, with "
                "fewer --processes."
            ) from error
        finally:
            stop.set()
            executor.shutdown(wait=True, cancel_futures=True)


class Stopped(Exception):
    """Raised when the process that asked for a part has given up."""


_maker: "PartMaker | InputError"
_stop: Event


def _start(job: Job, threads: int, stop: Event) -> None:
    """Initializes a worker process."""
    global _maker, _stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Control-C is handled by the parent process
    end_with_parent()
    as_quiet_as_the_parent()
    import tensorflow as tf

    from tfrec_dl.lifecycle.batch.parts import PartMaker

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    _stop = stop
    try:
        _maker = PartMaker(job)
    except InputError as error:  # the error is raised again in the caller; raised here it would break the pool
        _maker = error


def _ready() -> "PartMaker":
    if isinstance(_maker, InputError):
        raise _maker
    return _maker


def _is_ready() -> None:
    _ready()


def _check_rules() -> None:
    _ready().check_rules()


def _make(shard: int) -> int:
    return _ready().make(shard, _raise_if_stopped)


def _raise_if_stopped() -> None:
    if _stop.is_set():
        raise Stopped
