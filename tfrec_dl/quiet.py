"""Silences TensorFlow's start-up messages on standard error."""

import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

SILENCE = "3"  # value of TF_CPP_MIN_LOG_LEVEL


def quiet_tensorflow() -> None:
    """Imports TensorFlow silently, unless the environment has TF_CPP_MIN_LOG_LEVEL=0.

    Failures are still shown: errors of the import, and everything that TensorFlow logs as an error later.
    """
    if os.environ.get("TF_CPP_MIN_LOG_LEVEL") == "0":
        return
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = SILENCE
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    # Until absl is initialized, TensorFlow's C++ code writes to the file descriptor at any level.
    with _held_back_standard_error():
        import absl.logging
        import tensorflow as tf

        absl.logging.set_verbosity(absl.logging.ERROR)
        tf.config.list_physical_devices()


def as_quiet_as_the_parent() -> None:
    """Imports TensorFlow silently in a process started by a silent one."""
    if os.environ.get("TF_CPP_MIN_LOG_LEVEL") == SILENCE:
        quiet_tensorflow()


@contextmanager
def _held_back_standard_error() -> Iterator[None]:
    """Redirects file descriptor 2 to a file, and passes the content on only if the block fails."""
    try:
        original = os.dup(2)
    except OSError:  # it is closed
        yield
        return
    with tempfile.TemporaryFile() as held:
        sys.stderr.flush()
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            held.seek(0)
            with os.fdopen(os.dup(original), "wb") as error:
                shutil.copyfileobj(held, error)
            raise
        finally:
            sys.stderr.flush()
            os.dup2(original, 2)
            os.close(original)
