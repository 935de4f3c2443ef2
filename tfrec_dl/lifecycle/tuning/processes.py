"""Parallel work on one study in several processes, started and watched by a parent that only waits."""

from __future__ import annotations

import logging
import logging.handlers
import multiprocessing
import os
import pickle
import signal
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tfrec_dl.errors import InputError
from tfrec_dl.lifecycle.processes import STARTED, end_with_parent
from tfrec_dl.quiet import as_quiet_as_the_parent

if TYPE_CHECKING:  # a process imports this module before it can silence TensorFlow
    from tfrec_dl.data.dataset import Source
    from tfrec_dl.lifecycle.tuning.budget import Budget
    from tfrec_dl.lifecycle.tuning.space import Space
    from tfrec_dl.recipes.recipe import Recipe

LOGGER = "tfrec_dl.lifecycle.tuning"  # logger of the processes' messages


@dataclass(frozen=True)
class Job:
    """What a process needs to work on a study.

    Attributes:
        folder: folder of an existing study.
        recipe: recipe whose settings are searched.
        source: the data, which each process reads itself.
        space: maps settings to the values to try.
        budget: budget of the study.
    """

    folder: Path
    recipe: Recipe
    source: Source
    space: Space
    budget: Budget


def work_in_processes(job: Job, processes: int) -> None:
    """Works on a study in several processes until no work is left for them.

    Args:
        job: study to work on.
        processes: number of processes; they share the cores.

    Raises:
        InputError: as in `work`, or if a process is killed from outside.
    """
    context: Any = multiprocessing.get_context(STARTED)
    said, failures = context.Queue(), context.SimpleQueue()
    threads = max(1, (os.cpu_count() or 1) // processes)
    # Sent as bytes: a process that unpickled it at once would import TensorFlow before it can silence it.
    arguments = pickle.dumps(job), threads, said, failures
    started = [context.Process(target=_work, args=arguments) for _ in range(processes)]
    listener = logging.handlers.QueueListener(said, _Passes())
    listener.start()
    try:
        for process in started:
            process.start()
        running = {process.sentinel: process for process in started}
        while running:
            for sentinel in wait(list(running)):
                process = running.pop(sentinel)
                process.join()
                if process.exitcode:
                    raise InputError(
                        failures.get()
                        if not failures.empty()
                        else "one of the processes was killed, perhaps because memory ran out: run the same command "
                        "again, with fewer --jobs."
                    )
    finally:
        for process in started:
            if process.is_alive():
                process.kill()  # the same command later continues its trial
                process.join()
        listener.stop()


class _Passes(logging.Handler):
    """Passes log records of other processes to this process's logger of the same name."""

    def emit(self, record: logging.LogRecord) -> None:
        """Passes on a record."""
        logger = logging.getLogger(record.name)
        if logger.isEnabledFor(record.levelno):
            logger.handle(record)


def _work(pickled: bytes, threads: int, said: Any, failures: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Control-C is handled by the parent process
    end_with_parent()
    as_quiet_as_the_parent()
    logger = logging.getLogger(LOGGER)
    logger.addHandler(logging.handlers.QueueHandler(said))
    logger.setLevel(logging.INFO)
    logger.propagate = False
    job: Job = pickle.loads(pickled)
    import tensorflow as tf

    from tfrec_dl.lifecycle.tuning.this_process import begun, work_here

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    try:
        dataset: Any = job.source.read()
        work_here(begun(job.recipe, dataset, job.folder, job.space), dataset, job.budget)
    except InputError as error:
        failures.put(str(error))
        raise SystemExit(1) from error
