"""Ends of a command that others ask for: Control-C, and SIGTERM, which schedulers and containers send."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from tfrec_dl.cli.console import INTERRUPTED

TERMINATED = 143  # exit status: 128 + SIGTERM, as shells have it


class Termination(KeyboardInterrupt):
    """SIGTERM, which clears up all that an interruption clears up."""


@contextmanager
def interruptions() -> Iterator[None]:
    """Raises `Termination` where the process is sent SIGTERM; the second one ends it at once.

    Control-C and SIGTERM leave the block as what they are, whatever a library has made of them: compiled code that is
    interrupted raises errors of its own, or prints them, which say nothing.
    """
    if threading.current_thread() is not threading.main_thread():  # no other gets signals
        yield
        return
    arrived: list[KeyboardInterrupt] = []

    def terminate(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        arrived.append(Termination())
        raise arrived[-1]

    def interrupt(number: int, frame: FrameType | None) -> None:
        arrived.append(KeyboardInterrupt())
        raise arrived[-1]

    def print_unless_interrupted(*error: Any) -> None:
        if not arrived:
            print_error(*error)

    print_error, sys.excepthook = sys.excepthook, print_unless_interrupted
    before = {signal.SIGTERM: signal.signal(signal.SIGTERM, terminate)}
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # not where a shell has it ignored
        before[signal.SIGINT] = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    except Exception as error:
        if not arrived:
            raise
        raise arrived[0] from error
    finally:
        sys.excepthook = print_error
        for number, handler in before.items():
            signal.signal(number, handler)


def status_of(interruption: KeyboardInterrupt) -> int:
    """The exit status after an interruption."""
    return TERMINATED if isinstance(interruption, Termination) else INTERRUPTED
