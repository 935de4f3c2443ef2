"""How all tests are run: what they are marked, which share a process, and what makes TensorFlow quicker for them.

The process that only hands tests to others imports no TensorFlow: fixtures are in `tests.fixtures`.
"""

import gc
from pathlib import Path
from typing import Any

import pytest

from tests import processes
from tests.kinds import kind_of

TESTS = Path(__file__).parent
# Rooms whose files share trained runs, and files that start processes: their tests stay in one process. Every other
# file is on its own.
TOGETHER = {
    **{room: room for room in ("adversarial", "cli", "ranking", "runs")},
    **dict.fromkeys(("losses/test_on_replicas.py", "data/prepared/test_resuming.py", "test_plugins.py"), "runs"),
}


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
    collections over the graphs' many objects; another fifth is optimising them.
    """
    import tensorflow as tf
    from tensorflow.python.util import tf_stack

    noted = tf_stack.extract_stack()
    tf_stack.extract_stack = lambda stacklevel=1: noted
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    gc.set_threshold(100_000, 50, 100)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With `--dist loadgroup` tests that share what was made for them are sent to one process.

    Not by marks `xdist_group`: xdist adds them to the tests' ids in a way that pytest 9.2 takes no notice of, and what
    each file shares would be made in every process.
    """
    if config.getoption("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    return ByGroup(config, log)


def group_of(nodeid: str) -> str:
    """The tests that a test shares a process with."""
    path = nodeid.partition("::")[0].removeprefix("tests/")
    return TOGETHER.get(path) or TOGETHER.get(path.partition("/")[0]) or path


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(kind_of(item))
