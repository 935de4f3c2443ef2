"""Paths that run a SavedModel: those that start no process, and a program without Python."""

import functools
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from tfrec_dl.serving.run_saved_model import Arrays, Request, run_eagerly, run_in_session

IN_PROCESS = {"tf.saved_model.load": run_eagerly, "tf.compat.v1.Session": run_in_session}
AS_SERVED = {"tf.compat.v1.Session": run_in_session}  # for a test to which the way is one: the cheaper
HAS_COMPILER = shutil.which("gcc") is not None
needs_compiler = pytest.mark.skipif(not HAS_COMPILER, reason="needs a C compiler")


@functools.cache
def c_client() -> Path:
    """The program of `examples/c_client`, compiled once in a process."""
    from benchmarks.c_client import compile_client

    program = Path(tempfile.mkdtemp(), "replay")
    compile_client(program)
    return program


def run_in_c(version: Path, requests: Sequence[Request]) -> list[Arrays]:
    """Runs requests through TensorFlow's C API, in a program without Python."""
    from benchmarks.c_client import ask

    return ask(c_client(), {version: requests})[version]


# The program's session is TensorFlow's own, of which Python's is another name.
EVERY_PATH = {"tf.saved_model.load": run_eagerly, "C API": run_in_c} if HAS_COMPILER else IN_PROCESS
