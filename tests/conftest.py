"""How all tests are run: what they are marked, which share a process, and what makes TensorFlow quicker for them.

The process that only hands tests to others imports no TensorFlow: fixtures are in `tests.fixtures`.
"""

import gc
from pathlib import Path

import pytest

from tests import processes
from tests.kinds import kind_of

TESTS = Path(__file__).parent
# Rooms whose files share trained runs: their tests stay in one process. Every other file is on its own.
TOGETHER = {"cli": "cli", "runs": "runs"}


def pytest_configure(config: pytest.Config) -> None:
    hands_out = bool(config.getoption("numprocesses", None)) and not hasattr(config, "workerinput")
    if not hands_out:
        config.pluginmanager.import_plugin("tests.fixtures")
        _hasten_tensorflow()


def pytest_unconfigure() -> None:
    processes.stop()


def _hasten_tensorflow() -> None:
    """Most of the tests' time goes into tracing small graphs that are then run a few times.

    A fifth of that are the stack that each operation notes, deep in pytest (an operation's error names it), and garbage
    collections over the graphs' many objects.
    """
    from tensorflow.python.util import tf_stack

    noted = tf_stack.extract_stack()
    tf_stack.extract_stack = lambda stacklevel=1: noted
    gc.set_threshold(100_000, 50, 100)


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    by_group = config.getoption("loadgroup", False)
    for item in items:
        kind = kind_of(item)
        item.add_marker(kind)
        path = item.path.relative_to(TESTS)
        group = "processes" if kind == "process" else TOGETHER.get(path.parts[0], str(path))
        item.add_marker(pytest.mark.xdist_group(group))
        if by_group and not item.nodeid.endswith(f"@{group}"):
            item._nodeid = f"{item.nodeid}@{group}"  # as xdist does, whose own hook newer pytests do not call
