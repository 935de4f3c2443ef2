"""Handling of Control-C, and of SIGTERM, which schedulers and containers send."""

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

GOES_ON = "tfrec_dl.goes_on"  # key in a command's `meta`: the same command continues after an interruption
TERMINATED = 143  # exit status: 128 + SIGTERM, as in shells
PATIENCE = 20.0  # seconds allowed for cleaning up


class Termination(KeyboardInterrupt):
    """Raised on SIGTERM; triggers the same cleanup as an interruption."""


@contextmanager
def interruptions() -> Iterator[None]:
    """Raises `Termination` when the process receives SIGTERM; a second one ends the process at once.

    Control-C and SIGTERM leave the block unchanged, whatever a library made of them. Compiled code that is interrupted
    may raise or print unrelated errors, or continue as if nothing had happened, even forever. The process therefore
    ends 20 seconds after an interruption, wherever it is. This is safe because no command leaves a file half-written.
    """
    if threading.current_thread() is not threading.main_thread():  # only the main thread receives signals
        yield
        return
    arrived: list[KeyboardInterrupt] = []
    standard_error = sys.stderr

    def end_at_once() -> None:
        print(
            f"interrupted: forced to exit, because it had not stopped after {PATIENCE:g} s",
            file=standard_error,
            flush=True,
        )
        os._exit(status_of(arrived[0]))

    watchdog = threading.Timer(PATIENCE, end_at_once)
    watchdog.daemon = True

    def leave(interruption: KeyboardInterrupt) -> NoReturn:
        if not arrived:
            watchdog.start()
        arrived.append(interruption)
        sys.stderr = io.StringIO()  # where compiled code prints without going through sys.excepthook
        raise interruption

    def terminate(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        leave(Termination())

    def interrupt(number: int, frame: FrameType | None) -> None:
        leave(KeyboardInterrupt())

    before = {signal.SIGTERM: signal.signal(signal.SIGTERM, terminate)}
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # unless a shell has set it to be ignored
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
    """Returns the exit status after an interruption."""
    return TERMINATED if isinstance(interruption, Termination) else INTERRUPTED
