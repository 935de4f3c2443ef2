"""Several processes at work on one study, started and watched by one that only waits."""

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

LOGGER = "tfrec_dl.lifecycle.tuning"  # of what the processes say


@dataclass(frozen=True)
class Job:
    """What a process needs to work on a study.

    Attributes:
        folder: of the study, which has been begun.
        recipe: whose settings are searched.
        source: the data, which each process reads for itself.
        space: setting -> what is tried.
        budget: of the study.
    """

    folder: Path
    recipe: Recipe
    source: Source
    space: Space
    budget: Budget


def work_in_processes(job: Job, processes: int) -> None:
    """Works on a study in several processes, until there is nothing left for them to do.

    Args:
        job: what to work on.
        processes: how many; they share the cores.

    Raises:
        InputError: as `work`, or if a process is ended from outside.
    """
    context: Any = multiprocessing.get_context(STARTED)
    said, failures = context.Queue(), context.SimpleQueue()
    threads = max(1, (os.cpu_count() or 1) // processes)
    # As bytes: a process that unpickled it at once would import TensorFlow before it can silence it.
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
                        else "one of the processes was ended, perhaps for want of memory: give the same command "
                        "again, with fewer --jobs."
                    )
    finally:
        for process in started:
            if process.is_alive():
                process.kill()  # its trial goes on where it was, when it is asked for again
                process.join()
        listener.stop()


class _Passes(logging.Handler):
    """Gives records of other processes to this one's logger of the same name."""

    def emit(self, record: logging.LogRecord) -> None:
        """Gives one."""
        logger = logging.getLogger(record.name)
        if logger.isEnabledFor(record.levelno):
            logger.handle(record)


def _work(pickled: bytes, threads: int, said: Any, failures: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Control-C is for the process that started this one
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
