"""What makes TensorFlow quicker for tests, which trace many small graphs and run them a few times."""

import gc
import importlib


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
