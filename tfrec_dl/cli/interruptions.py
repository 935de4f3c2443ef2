"""Ends of a command that others ask for: Control-C, and SIGTERM, which schedulers and containers send."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from tfrec_dl.cli.console import INTERRUPTED

TERMINATED = 143  # exit status: 128 + SIGTERM, as shells have it


class Termination(KeyboardInterrupt):
    """SIGTERM, which clears up all that an interruption clears up."""


@contextmanager
def terminations_as_interruptions() -> Iterator[None]:
    """Raises `Termination` where the process is sent SIGTERM; the second one ends it at once."""
    if threading.current_thread() is not threading.main_thread():  # no other gets signals
        yield
        return
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def status_of(interruption: KeyboardInterrupt) -> int:
    """The exit status after an interruption."""
    return TERMINATED if isinstance(interruption, Termination) else INTERRUPTED


def _terminate(number: int, frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    raise Termination
