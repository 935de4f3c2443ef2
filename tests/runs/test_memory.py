from tfrec_dl.runs.memory import available_memory, peak_memory, used_memory

MEMINFO = "MemTotal:       16000000 kB\nMemAvailable:    8000000 kB\nHugePages_Total:       0\n"


def written(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_what_is_left_is_the_machines_or_the_containers_whichever_is_less(tmp_path):
    machine = written(tmp_path / "a", {"proc/meminfo": MEMINFO})
    assert available_memory(machine) == 8_000_000 * 1024
    limited = {"sys/fs/cgroup/memory.max": "3000\n", "sys/fs/cgroup/memory.current": "1000\n"}
    assert available_memory(written(tmp_path / "b", {"proc/meminfo": MEMINFO} | limited)) == 2000
    unlimited = limited | {"sys/fs/cgroup/memory.max": "max\n"}
    assert available_memory(written(tmp_path / "c", {"proc/meminfo": MEMINFO} | unlimited)) == 8_000_000 * 1024
    first = {"memory.limit_in_bytes": "500\n", "memory.usage_in_bytes": "700\n"}
    of_version_1 = {f"sys/fs/cgroup/memory/{name}": text for name, text in first.items()}
    assert available_memory(written(tmp_path / "d", {"proc/meminfo": MEMINFO} | of_version_1)) == 0


def test_a_system_that_does_not_say_is_no_error(tmp_path):
    assert available_memory(tmp_path) is None
    assert used_memory(tmp_path) == peak_memory(tmp_path) == 0


def test_use_of_this_process():
    assert 0 < used_memory() <= peak_memory()
