"""What makes TensorFlow quicker for tests, which trace many small graphs and run them a few times."""

import gc
import importlib
from functools import lru_cache
from os import fspath
from pathlib import Path


def hasten_imports() -> None:
    """For this process, before it imports TensorFlow, which would import Keras 3 with all that it can draw and wrap."""
    gc.set_threshold(100_000, 50, 100)
    importlib.import_module("tfrec_dl")  # selects Keras 2


def hasten_tensorflow() -> None:
    """For this process, before it uses TensorFlow.

    A fifth of the time goes into the stack that each operation notes, deep in pytest (an operation's error names it),
    and garbage collections over the graphs' many objects; another fifth into optimising the graphs.
    """
    import tensorflow as tf
    from tensorflow.python.util import tf_stack

    noted = tf_stack.extract_stack()
    tf_stack.extract_stack = lambda stacklevel=1: noted
    gc.set_threshold(100_000, 50, 100)
    gc.freeze()  # modules stay
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    load_exports_once()


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
