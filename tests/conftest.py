"""Configuration of all tests: their marks, which of them share a process, and faster settings for TensorFlow.

Fixtures are in `tests.fixtures`, so that the process that only distributes the tests does not import TensorFlow.
"""

from typing import Any

import pytest

from tests import processes
from tests.kinds import kind_of
from tests.quicker import hasten_imports, hasten_tensorflow

# Rooms whose files share trained runs, and files that start processes: their tests stay in one process. Every other
# file is on its own.
TOGETHER = {
    **{room: room for room in ("adversarial", "cli", "ranking", "runs")},
    **dict.fromkeys(("losses/test_on_replicas.py", "data/prepared/test_resuming.py", "test_plugins.py"), "runs"),
    "retrieval/test_run.py": "runs",
}


def pytest_configure(config: pytest.Config) -> None:
    hands_out = bool(config.getoption("numprocesses", None)) and not hasattr(config, "workerinput")
    if not hands_out:
        hasten_imports()
        config.pluginmanager.import_plugin("tests.fixtures")
        hasten_tensorflow()


def pytest_unconfigure() -> None:
    processes.stop()


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
