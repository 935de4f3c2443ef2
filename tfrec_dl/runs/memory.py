"""How much memory there is."""

from pathlib import Path

CGROUPS = (  # limit and use, of version 2 and of version 1
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
)


def available_memory(root: Path = Path("/")) -> int | None:
    """Bytes that processes can still take: what the machine has left, or a container's limit leaves, if that is less.

    Args:
        root: where `proc` and `sys` are.

    Returns:
        None where the system does not say, as any but Linux.
    """
    left = []
    information = _fields(root / "proc/meminfo")
    if "MemAvailable" in information:
        left.append(information["MemAvailable"])
    for limit, use in CGROUPS:
        allowed, used = (_number(root / path.lstrip("/")) for path in (limit, use))
        if allowed is not None and used is not None:
            left.append(max(allowed - used, 0))
    return min(left) if left else None


def used_memory(root: Path = Path("/")) -> int:
    """Bytes that this process has in memory now; 0 where the system does not say."""
    return _fields(root / "proc/self/status").get("VmRSS", 0)


def peak_memory(root: Path = Path("/")) -> int:
    """The most bytes that this process has had in memory so far; 0 where the system does not say."""
    return _fields(root / "proc/self/status").get("VmHWM", 0)


def _fields(path: Path) -> dict[str, int]:
    """Name -> bytes, of lines such as "VmRSS:  12 kB"."""
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return {}
    parts = [line.split() for line in lines]
    return {part[0].rstrip(":"): int(part[1]) * 1024 for part in parts if len(part) == 3 and part[2] == "kB"}


def _number(path: Path) -> int | None:
    """A file's number; None where there is no file, or it says "max"."""
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None
