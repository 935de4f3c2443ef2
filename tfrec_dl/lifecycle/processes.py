"""Helpers for child processes that share the work of their parent."""

import multiprocessing
import os
import threading

STARTED = "spawn"  # start method: a process that has loaded TensorFlow cannot be forked


def end_with_parent() -> None:
    """Makes this process end when its parent ends, for whatever reason."""
    threading.Thread(target=_end, daemon=True).start()


def _end() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
