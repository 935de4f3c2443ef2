"""Memory of the machine and of this process."""

import resource
from pathlib import Path

import psutil

CGROUPS = (  # limit and use of a container, which psutil does not read: of version 2 and of version 1
    ("memory.max", "memory.current"),
    ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
)


def available_memory(cgroup: Path = Path("/sys/fs/cgroup")) -> int:
    """Bytes that processes can still take: what the machine has left, or a container's limit leaves, if that is less.

    Args:
        cgroup: where a container sees its limits.
    """
    left = [psutil.virtual_memory().available]
    for limit, use in CGROUPS:
        allowed, used = _number(cgroup / limit), _number(cgroup / use)
        if allowed is not None and used is not None:
            left.append(max(allowed - used, 0))
    return int(min(left))


def used_memory() -> int:
    """Bytes that this process has in memory now."""
    return int(psutil.Process().memory_info().rss)


def peak_memory() -> int:
    """The most bytes that this process, or the one that started it, has had in memory so far."""
    # The system notes the peak now and then: it can lie a little below what is used at this moment.
    return max(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, used_memory())


def _number(path: Path) -> int | None:
    """A file's number; None where there is no file, or it holds "max"."""
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None
