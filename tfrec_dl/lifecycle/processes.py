"""Processes that do a part of the work of the one that starts them."""

import multiprocessing
import os
import threading

STARTED = "spawn"  # how: a process that has loaded TensorFlow cannot be forked


def end_with_parent() -> None:
    """Lets this process end with the one that started it, however that ends."""
    threading.Thread(target=_end, daemon=True).start()


def _end() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
