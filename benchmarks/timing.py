"""Shared helpers of the speed benchmarks: threads, timings taken in turn, and tables."""

import platform
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

import tfrec_dl  # noqa: F401  (selects Keras 2)

# After tfrec_dl.
import tensorflow as tf  # isort: skip

K = TypeVar("K")


def use_threads(threads: int) -> None:
    """Limits TensorFlow, before its first operation; NumPy's matrix products follow OPENBLAS_NUM_THREADS."""
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)


def interleaved(steps: Mapping[K, Callable[[], object]], repeats: int, warm_up: int = 3) -> dict[K, np.ndarray]:
    """Times each step `repeats` times, one after the other in turn, so that noise hits all alike.

    Args:
        steps: name -> what to time; it returns when its result is there.
        repeats: timings of each.
        warm_up: rounds that are not timed.

    Returns:
        Name -> [repeats] seconds.
    """
    for _ in range(warm_up):
        for step in steps.values():
            step()
    seconds = {name: np.zeros(repeats) for name in steps}
    for repeat in range(repeats):
        for name, step in steps.items():
            start = time.perf_counter()
            step()
            seconds[name][repeat] = time.perf_counter() - start
    return seconds


def print_table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Prints a Markdown table, the first column as text and the rest as numbers."""
    print("| " + " | ".join(header) + " |")
    print("|---" + "|---:" * (len(header) - 1) + "|")
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
    print(flush=True)


def machine() -> str:
    """Describes the machine that the measurements were made on."""
    processor = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        names = [line for line in information.read_text().splitlines() if line.startswith("model name")]
        processor = f"{len(names)} cores of {names[0].split(':')[1].strip()}" if names else processor
    return f"{processor}, TensorFlow {tf.__version__}, NumPy {np.__version__}, Python {platform.python_version()}"
