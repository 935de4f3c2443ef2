"""What makes TensorFlow quicker for tests, which trace many small graphs and run them a few times."""

import gc


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
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
