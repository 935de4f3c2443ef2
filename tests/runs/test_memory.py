from types import SimpleNamespace

import numpy as np
import psutil
import pytest

from tfrec_dl.runs.memory import available_memory, peak_memory, used_memory

MACHINE = 8_000_000 * 1024
LIMITED = {"memory.max": "3000\n", "memory.current": "1000\n"}
OF_VERSION_1 = {"memory/memory.limit_in_bytes": "500\n", "memory/memory.usage_in_bytes": "700\n"}


@pytest.mark.parametrize(
    ("files", "left"),
    [
        pytest.param({}, MACHINE, id="no container"),
        pytest.param(LIMITED, 2000, id="limit"),
        pytest.param(LIMITED | {"memory.max": "max\n"}, MACHINE, id="no limit"),
        pytest.param(OF_VERSION_1, 0, id="version 1, more than allowed"),
        pytest.param({"memory.max": "3000\n"}, MACHINE, id="a limit without its use"),
        pytest.param({"memory.max": str(2 * MACHINE), "memory.current": "0"}, MACHINE, id="more than the machine has"),
    ],
)
def test_what_is_left_is_the_machines_or_the_containers_whichever_is_less(tmp_path, monkeypatch, files, left):
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=MACHINE))
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert available_memory(tmp_path) == left


def test_a_system_without_containers_is_no_error(tmp_path):
    assert 0 < available_memory(tmp_path / "none") <= psutil.virtual_memory().total


def test_use_of_this_process():
    before = used_memory()
    assert 0 < before <= peak_memory()
    taken = np.ones(50_000_000, np.uint8)
    assert used_memory() >= before + taken.nbytes // 2
    assert peak_memory() >= before + taken.nbytes // 2
