"""Options for training devices, and for clusters whose tasks can be lost and restarted."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tfrec_dl.cli.console import complain, say
from tfrec_dl.cli.options.retrieval import PANEL

if TYPE_CHECKING:
    import tensorflow as tf

RESTARTS = 5  # in a row without a finished epoch
COUNTED = "TFREC_DL_RESTARTS"  # environment variable of a restarted process: [finished epochs, restarts since then]


class StrategyChoice(str, Enum):
    """The devices and machines to train on."""

    NONE = "none"
    MIRRORED = "mirrored"
    MULTI_WORKER = "multi-worker"
    PARAMETER_SERVER = "parameter-server"
    TPU = "tpu"


@dataclass(frozen=True)
class DeviceOptions:
    """Where a training runs."""

    strategy: Annotated[
        StrategyChoice,
        typer.Option(
            help="Train on one device (none), on all GPUs of this machine (mirrored), synchronously on the workers of "
            "the cluster in TF_CONFIG (multi-worker), on its parameter servers and workers (parameter-server), or "
            "on a TPU (tpu). RUN must be on a disk that all tasks of a cluster share.",
            rich_help_panel=PANEL,
        ),
    ] = StrategyChoice.NONE
    deterministic: Annotated[
        bool,
        typer.Option(
            "--deterministic",
            help="Get bitwise identical weights every time, also on GPUs, where this is slower.",
            rich_help_panel=PANEL,
        ),
    ] = False


def open_devices(options: DeviceOptions, run: Path) -> "tf.distribute.Strategy | None":
    """Returns the requested strategy once all its tasks are ready; must be called before TensorFlow computes anything.

    Args:
        options: the requested devices.
        run: folder of the run.

    Returns:
        None if this task only served the chief of a cluster, and is done.

    Raises:
        InputError: as in `make_strategy`.
    """
    import tensorflow as tf

    from tfrec_dl.runs.server_task import serve
    from tfrec_dl.runs.strategies import make_strategy, task

    if options.deterministic:
        tf.config.experimental.enable_op_determinism()
    name, (kind, number) = options.strategy, task()
    if name is StrategyChoice.PARAMETER_SERVER and kind in ("worker", "ps"):
        say(f"serving as {kind} {number} until {run} is finished")
        serve(run)
        return None
    if name in (StrategyChoice.MULTI_WORKER, StrategyChoice.PARAMETER_SERVER) and kind:
        say(f"{kind} {number}: waiting for the other tasks of the cluster")
    strategy = make_strategy(name.value)
    if name is not StrategyChoice.NONE:
        say(f"strategy {name.value}: {strategy.num_replicas_in_sync} replica(s); a batch is shared by all of them")
    return strategy


@contextmanager
def restarting(run: Path) -> Iterator[None]:
    """Restarts this program if another task of the cluster is lost; it waits for that task and then continues.

    Args:
        run: folder of the run.
    """
    from tfrec_dl.runs.lost_tasks import LostTaskError

    try:
        yield
    except LostTaskError as error:
        finished = _finished_epochs(run)
        before, count = json.loads(os.environ.get(COUNTED, "[0, 0]"))
        count = count + 1 if finished == before else 1
        complain(f"{error}")
        if count > RESTARTS:
            complain(f"no epoch was finished between {RESTARTS} restarts: look at the other tasks' messages")
            raise typer.Exit(1) from error
        complain("starting again from the last checkpoint as soon as the other tasks are back")
        _become_anew({COUNTED: json.dumps([finished, count])})


def _finished_epochs(run: Path) -> int:
    history = run / "history.csv"
    return len(history.read_text().splitlines()) if history.exists() else 0


def _become_anew(environment: dict[str, Any]) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    # The restarted program must not inherit the cluster's sockets.
    for descriptor in map(int, os.listdir("/proc/self/fd")):
        with suppress(OSError):
            os.set_inheritable(descriptor, descriptor <= 2)
    os.execve(sys.executable, sys.orig_argv, {**os.environ, **environment})
