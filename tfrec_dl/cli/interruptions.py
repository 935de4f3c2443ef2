"""Ends of a command that others ask for: Control-C, and SIGTERM, which schedulers and containers send."""

import io
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from tfrec_dl.cli.console import INTERRUPTED

GOES_ON = "tfrec_dl.goes_on"  # in a command's `meta`: given again after an interruption, it goes on where it was
TERMINATED = 143  # exit status: 128 + SIGTERM, as shells have it
PATIENCE = 20.0  # seconds that clearing up may take


class Termination(KeyboardInterrupt):
    """SIGTERM, which clears up all that an interruption clears up."""


@contextmanager
def interruptions() -> Iterator[None]:
    """Raises `Termination` where the process is sent SIGTERM; the second one ends it at once.

    Control-C and SIGTERM leave the block as what they are, whatever a library has made of them: compiled code that is
    interrupted raises errors of its own, or prints them, which say nothing; or it goes on as if nothing had been, even
    for ever. So the process ends 20 seconds after an interruption, wherever it is: no command half-writes a file.
    """
    if threading.current_thread() is not threading.main_thread():  # no other gets signals
        yield
        return
    arrived: list[KeyboardInterrupt] = []
    standard_error = sys.stderr

    def end_at_once() -> None:
        print(f"interrupted: ended after {PATIENCE:g} s in which it had not stopped", file=standard_error, flush=True)
        os._exit(status_of(arrived[0]))

    watchdog = threading.Timer(PATIENCE, end_at_once)
    watchdog.daemon = True

    def leave(interruption: KeyboardInterrupt) -> NoReturn:
        if not arrived:
            watchdog.start()
        arrived.append(interruption)
        sys.stderr = io.StringIO()  # where compiled code prints, past sys.excepthook
        raise interruption

    def terminate(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        leave(Termination())

    def interrupt(number: int, frame: FrameType | None) -> None:
        leave(KeyboardInterrupt())

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
        watchdog.cancel()
        sys.stderr = standard_error
        for number, handler in before.items():
            signal.signal(number, handler)


def status_of(interruption: KeyboardInterrupt) -> int:
    """The exit status after an interruption."""
    return TERMINATED if isinstance(interruption, Termination) else INTERRUPTED
