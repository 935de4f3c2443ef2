"""Paths that run a SavedModel: those that start no process, and a program without Python."""

import functools
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from tensorflow.python.eager import context

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


def run_in_c_rules_as_they_are(version: Path, requests: Sequence[Request]) -> list[Arrays]:
    """As `run_in_c`, but that TensorFlow does not optimise the graphs of rules, which takes it seconds.

    They are alike in all exports: `test_c_client.py` and the tests of `rules/` have them optimised.
    """
    from benchmarks.c_client import ask

    rules = [name.endswith("_with_rules") for name, _ in requests]
    answers: dict[int, Arrays] = {}
    for config, places in ((None, np.flatnonzero(~np.array(rules))), (context.context().config, np.flatnonzero(rules))):
        if len(places):
            found = ask(c_client(), {version: [requests[place] for place in places]}, config)[version]
            answers |= dict(zip(places, found, strict=True))
    return [answers[place] for place in range(len(requests))]


# The program's session is TensorFlow's own, of which Python's is another name.
EVERY_PATH = {"tf.saved_model.load": run_eagerly, "C API": run_in_c_rules_as_they_are} if HAS_COMPILER else IN_PROCESS
