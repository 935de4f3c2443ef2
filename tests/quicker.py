"""Makes TensorFlow faster for tests, which trace many small graphs and run each only a few times."""

import ctypes
import gc
import importlib
import sys
from functools import lru_cache, partial
from os import fspath
from pathlib import Path

from tests.tracing import hasten_tracing


def hasten_imports() -> None:
    """For this process, before it imports TensorFlow, which would import Keras 3 with all that it can draw and wrap."""
    gc.set_threshold(100_000, 50, 100)
    importlib.import_module("tfrec_dl")  # selects Keras 2


def hasten_tensorflow() -> None:
    """For this process, before it uses TensorFlow.

    A fifth of the time goes into the stack trace that each operation keeps, which is deep in pytest (an error of the
    operation names it), and into garbage collections over the graphs' many objects. Another fifth goes into optimizing
    the graphs. Operations get no trace at all: one trace shared by all operations crashes TensorFlow now and then.
    """
    import tensorflow as tf
    from tensorflow.python.framework import ops

    ops._create_c_op = partial(ops._create_c_op, extract_traceback=False)
    gc.set_threshold(100_000, 50, 100)
    gc.freeze()  # modules stay
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    keep_memory()
    inline_functions()
    hasten_tracing()
    load_exports_once()


def keep_memory() -> None:
    """Has the C library keep what is freed: a third of the time of preparing a graph goes there.

    Memory is not given back and asked for again, and small pieces are merged when they are freed, not all at once.
    """
    if sys.platform != "linux":
        return
    trim_threshold, top_pad, mmap_threshold, largest_fast = -1, -2, -3, 1
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # glibc's
    if mallopt is not None:
        mallopt(trim_threshold, 2**31 - 1)
        mallopt(top_pad, 2**26)
        mallopt(mmap_threshold, 2**25)
        mallopt(largest_fast, 0)


def inline_functions() -> None:
    """Has TensorFlow take a graph and all that it calls as one, and leave it as it is: half a first call in a session.

    A function in a function is else placed, partitioned and optimised by itself when it is first called. In programs of
    their own (`saved_model_cli`, the one in C) graphs run as they do for users.
    """
    from tensorflow.python.eager import context

    own = context.Context.config.fget

    def config(self: object) -> object:
        given = own(self)
        given.graph_options.optimizer_options.do_function_inlining = True
        given.graph_options.optimizer_options.opt_level = -1  # L0: none
        return given

    context.Context.config = property(config)


def load_exports_once() -> None:
    """Gives an export that was loaded before again while its files are the same: reading it takes most of a second."""
    import tensorflow as tf

    load = tf.saved_model.load

    @lru_cache(maxsize=12)
    def of_files(folder: str, files: tuple[object, ...]) -> object:
        return load(folder)

    def load_once(folder: object) -> object:
        parts = sorted(path for path in Path(folder).rglob("*") if path.is_file())
        states = ((path, path.stat()) for path in parts)
        return of_files(fspath(folder), tuple((path, state.st_mtime_ns, state.st_size) for path, state in states))

    tf.saved_model.load = load_once
