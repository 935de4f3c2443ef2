"""Many threads query and reload one export while another process adds versions to it."""

import gc
import threading
import time
import weakref
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

import tfrec_dl
from benchmarks.endurance.commands import FIRST
from benchmarks.endurance.forked import call, command
from benchmarks.endurance.tables import ITEMS, NEW_ITEMS, write_tables
from benchmarks.timing import print_table
from tfrec_dl.serving.versions import version_folders

GROWTH = 0.05  # of the most memory in a third of the time, the last over the first after a tenth, at most
ADDED = 200  # versions that items are added to, at most: each is larger than the one before


@dataclass
class Served:
    """What the threads share.

    Attributes:
        recommender: of the newest version that was loaded.
        answers: that were given.
        versions: that were loaded.
        errors: what went wrong, in words.
    """

    recommender: tfrec_dl.Recommender
    answers: int = 0
    versions: int = 0
    errors: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


def run(threads: int, minutes: float, seed: int, home: Path) -> bool:
    """Asks, adds, loads and prints; whether there was no error and memory did not grow."""
    write_tables(home)
    for arguments in FIRST:
        if command(home, arguments).status:
            raise RuntimeError(f"{arguments} failed")
    over = threading.Event()
    adding = threading.Thread(target=_add, args=(home, over))
    adding.start()
    ended = call(lambda: _serve(home, threads, minutes))
    over.set()
    adding.join()
    print(ended.output, flush=True)
    return ended.status == 0


def _serve(home: Path, threads: int, minutes: float) -> None:
    served = Served(tfrec_dl.load(home / "served"))
    expected = served.recommender.recommend([["i1", "i2"]], 5)
    workers = [threading.Thread(target=_ask, args=(served, number, expected)) for number in range(threads)]
    workers.append(threading.Thread(target=_load, args=(served, home / "served")))
    for worker in workers:
        worker.start()
    began, memory = time.monotonic(), [_mebibytes()]
    while time.monotonic() - began < 60 * minutes and not served.errors:
        time.sleep(min(6 * minutes, 10))
        memory.append(_mebibytes())
        print(
            f"{time.monotonic() - began:4.0f} s: {served.answers} answers, {served.versions} versions, {memory[-1]} MiB"
        )
    served.over.set()
    for worker in workers:
        worker.join()
    tenth, third = len(memory) // 10, len(memory) // 3
    settled, last = max(memory[tenth : tenth + third]), max(memory[-third:])  # with one version or two at a time
    growth = last / settled - 1
    header = [
        "threads",
        "minutes",
        "answers",
        "versions",
        "errors",
        "MiB in the first third after a tenth",
        "in the last third",
        "growth",
    ]
    counts = [served.answers, served.versions, len(served.errors)]
    print_table(header, [[threads, minutes, *counts, settled, last, f"{growth:+.1%}"]])
    print("\n".join(served.errors[:5]))
    if served.errors or growth > GROWTH:
        raise SystemExit(1)


def _ask(served: Served, number: int, expected: object) -> None:
    """Asks for the same over and over: what was recommended before new items came is recommended after."""
    while not served.over.is_set():
        try:
            if served.recommender.recommend([["i1", "i2"]], 5) != expected:
                served.errors.append("another answer")
            served.recommender.recommend([[f"i{number % ITEMS}", "nobody"]] * (1 + number), 10)
            served.answers += 2
        except Exception as error:
            served.errors.append(f"{type(error).__name__}: {error}")


def _load(served: Served, folder: Path) -> None:
    """Loads each version that appears, asks it once, and lets go of the one before when its last answer is given.

    In this order, for TensorFlow prepares a graph at its first call, and cannot while another model's are removed.
    """
    loaded = max(version_folders(folder))
    while not served.over.wait(1):
        try:
            if (newest := max(version_folders(folder))) != loaded:
                recommender = tfrec_dl.load(folder)
                recommender.recommend([["i1", "i2"]], 5)
                before = weakref.ref(served.recommender)
                served.recommender = recommender
                served.versions, loaded = served.versions + 1, newest
                while before() is not None and not served.over.wait(0.1):
                    pass
                gc.collect()  # the graphs of a model refer to each other
        except Exception as error:
            served.errors.append(f"{type(error).__name__}: {error}")


def _add(home: Path, over: threading.Event) -> None:
    """Adds an item after the other by the command, whose process takes with it what exporting leaves in memory."""
    for number in range(ITEMS + NEW_ITEMS, ITEMS + NEW_ITEMS + ADDED):
        if over.is_set():
            break
        table = pd.DataFrame({"item_id": [f"i{number}"], "title": ["green thing"]})
        table.to_csv(home / "one.csv", index=False)
        ended = command(home, ("add-items", "served", "--items", "one.csv"))
        if ended.status:
            print(f"add-items failed:\n{ended.output}")
            break


def _mebibytes() -> int:
    """Memory of this process now."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) // 1024
