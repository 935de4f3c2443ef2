"""Hostile inputs, drawn with a seed: checks for tracebacks, wrong answers and memory growth."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from benchmarks.endurance.commands import FIRST
from benchmarks.endurance.forked import call, command
from benchmarks.endurance.hostile_requests import Requests
from benchmarks.endurance.hostile_runs import RunFolders
from benchmarks.endurance.hostile_tables import Tables
from benchmarks.endurance.tables import write_tables
from benchmarks.timing import print_table

MEBIBYTES = 2048  # of a process, at most


class Hostile(Protocol):
    """Inputs of one kind."""

    def one(self) -> str | None:
        """Tries the next; what is wrong, in words."""


def run(requests: int, tables: int, run_folders: int, chunk: int, seed: int, home: Path) -> bool:
    """Tries and prints; whether all held.

    Args:
        requests: how many, against one export.
        tables: of interactions and of features.
        run_folders: edited ones, opened.
        chunk: inputs of each process.
        seed: of what is drawn.
        home: folder to work in.
    """
    write_tables(home)
    if run_folders and command(home, FIRST[0]).status:
        raise RuntimeError(f"{FIRST[0]} failed")
    kinds: dict[str, tuple[int, int, Callable[[int], Hostile]]] = {
        "requests": (requests, 20 * chunk, Requests),
        "tables and features": (tables, 10 * chunk, lambda seed: Tables(seed, home)),
        "run folders": (run_folders, chunk, lambda seed: RunFolders(seed, home / "run")),
    }
    rows, held = [], True
    for name, (count, size, make) in kinds.items():
        wrong, mebibytes, done = [], 0, 0
        while done < count:
            several = min(size, count - done)
            found, memory = _tried(make, seed * 1_000_000 + done, several, home)
            wrong += found
            mebibytes, done = max(mebibytes, memory), done + several
            for line in found:
                print(f"{name}: {line}")
            print(f"{done} of {count} {name}: {len(wrong)} wrong, {memory} MiB at most", flush=True)
        rows.append([name, count, len(wrong), mebibytes])
        held &= not wrong and mebibytes < MEBIBYTES
    print_table(["inputs", "tried", "wrong or with a traceback", "MiB of a process at most"], rows)
    return held


def _tried(make: Callable[[int], Hostile], seed: int, count: int, home: Path) -> tuple[list[str], int]:
    """What is wrong with each of `count` inputs, tried in a process of its own, and its memory."""
    results = home / "results.jsonl"
    results.unlink(missing_ok=True)

    def work() -> None:
        hostile = make(seed)
        with results.open("w", buffering=1) as file:
            for number in range(count):
                try:
                    wrong = hostile.one()
                except Exception as error:  # a traceback, to a user
                    wrong = f"{type(error).__name__}: {error}"
                file.write(json.dumps(wrong and f"seed {seed}, input {number}: {wrong:.2000}") + "\n")

    ended = call(work)
    lines = [json.loads(line) for line in results.read_text().splitlines()] if results.exists() else []
    wrong = [line for line in lines if line]
    if len(lines) < count:
        wrong.append(f"seed {seed}: ended with {ended.status} at input {len(lines)}: {ended.output[-1000:]}")
    return wrong, ended.mebibytes
