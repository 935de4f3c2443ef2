"""Memory of the machine and of this process."""

import resource
from pathlib import Path

import psutil

CGROUPS = (  # limit and usage of a container (cgroup versions 2 and 1), which psutil does not read
    ("memory.max", "memory.current"),
    ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
)


def available_memory(cgroup: Path = Path("/sys/fs/cgroup")) -> int:
    """Returns the bytes that processes can still use: those left on the machine, or in a container's limit if lower.

    Args:
        cgroup: folder in which a container sees its limits.
    """
    left = [psutil.virtual_memory().available]
    for limit, use in CGROUPS:
        allowed, used = _number(cgroup / limit), _number(cgroup / use)
        if allowed is not None and used is not None:
            left.append(max(allowed - used, 0))
    return int(min(left))


def used_memory() -> int:
    """Returns the bytes that this process currently has in memory."""
    return int(psutil.Process().memory_info().rss)


def peak_memory() -> int:
    """Returns the maximum bytes that this process, or the one that started it, has had in memory so far."""
    # The system updates the peak only now and then, so it can be slightly below current usage.
    return max(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, used_memory())


def _number(path: Path) -> int | None:
    """Reads a number from a file; None if the file is missing or contains "max"."""
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None
