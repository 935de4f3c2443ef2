"""Kills: train of five families, prepare, export and add-items, killed at random moments and given again.

    python -m benchmarks.endurance 1000 [--seed 0] [--folder DIR] [--only train-gru,prepare]

Each command runs once undisturbed, on small made-up tables. Then they are started N times in all, in turn; each time
one gets SIGKILL, SIGTERM or SIGINT at a random moment, and is given again until it ends with 0. Printed are, for
each command, how many kills met it at work, how many ended with the same outcome (metrics to the last digit, the
fingerprint of a prepared folder, an export's answers), and what was left behind. About 15 s a kill on two cores.
"""

import argparse
import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PROGRAM = (sys.executable, "-c", "from tfrec_dl.cli import app; app()")
SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
TINY = ("--epochs", "3", "--max-length", "8", "--set", "dimension=4")
GIVEN_AGAIN = 5  # times at most


@dataclass(frozen=True)
class Case:
    """A command, and what came of it.

    Attributes:
        arguments: below the folder that it works in; OUT stands for what it writes.
        outcome: of the folder that it wrote.
        start: copied to OUT before, below the folder of all; None for nothing.
    """

    arguments: tuple[str, ...]
    outcome: Callable[[Path], object]
    start: str | None = None


def write_tables(folder: Path) -> None:
    """Interactions, features of items, impressions and reviews of 40 users and 20 items."""
    draw = random.Random(0)
    rows = [(f"u{user}", f"i{(user + at * draw.randint(1, 2)) % 20}", at) for user in range(40) for at in range(9)]
    texts = {item: f"{draw.choice(['red', 'blue', 'green'])} thing {item}" for item in (f"i{n}" for n in range(24))}
    lines = {
        "clicks.csv": ["user_id,item_id,timestamp", *(f"{user},{item},{at}" for user, item, at in rows)],
        "items.csv": ["item_id,title", *(f"{item},{text}" for item, text in list(texts.items())[:20])],
        "new.csv": ["item_id,title", *(f"{item},{text}" for item, text in list(texts.items())[20:])],
        "shown.csv": [
            "user_id,item_id,timestamp,click",
            *(f"{user},{item},{at},{draw.randint(0, 1)}" for user, item, at in rows),
        ],
        "reviews.csv": [
            "user_id,item_id,rating,review",
            *(f"{user},{item},{draw.randint(1, 5)},a {draw.choice(['good', 'bad'])} one" for user, item, _ in rows),
        ],
    }
    for name, text in lines.items():
        (folder / name).write_text("\n".join(text) + "\n")


def metrics(out: Path) -> bytes:
    """Of a run, to the last digit."""
    return (out / "metrics.json").read_bytes()


def fingerprint(out: Path) -> str:
    """Of a prepared folder."""
    return str(json.loads((out / "prepared.json").read_text())["fingerprint"])


def answers(out: Path) -> str:
    """Of the newest version of an export."""
    return call(out.parent, ("recommend", str(out), "--history", "i1,i2", "--json"))[1]


TRAIN = ("train", "--out", "OUT")
CASES = {
    "train-gru": Case((*TRAIN, "--data", "../clicks.csv", "--model", "gru", *TINY), metrics),
    "train-mult_dae": Case((*TRAIN, "--data", "../clicks.csv", "--model", "mult_dae", "--epochs", "3"), metrics),
    "train-irgan": Case(
        (*TRAIN, "--data", "../clicks.csv", "--model", "irgan", *TINY, "--set", "adversarial_epochs=2"), metrics
    ),
    "train-stacked": Case((*TRAIN, "--data", "../clicks.csv", "--model", "stacked", *TINY), metrics),
    "train-din": Case(
        (*TRAIN, "--task", "ranking", "--data", "../shown.csv", "--label", "click", "--model", "din", "--epochs", "3"),
        metrics,
    ),
    "train-deep_conn": Case((*TRAIN, "--task", "reviews", "--data", "../reviews.csv", "--epochs", "3"), metrics),
    "prepare": Case(("prepare", "--data", "../clicks.csv", "--out", "OUT"), fingerprint),
    "export": Case(("export", "../run", "OUT"), answers),
    "add-items": Case(("add-items", "OUT", "--items", "../new.csv"), answers, start="served"),
}


def call(folder: Path, arguments: tuple[str, ...], kill_after: float | None = None, number: int = 0) -> tuple[int, str]:
    """Status and output of the program; below 0, or 128 and more, where a signal ended it."""
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen([*PROGRAM, *arguments], cwd=folder, stdout=log, stderr=subprocess.DEVNULL)
        try:
            process.wait(kill_after)
        except subprocess.TimeoutExpired:
            process.send_signal(number)
            process.wait()
        log.seek(0)
        return process.returncode, log.read()


def prepared(case: Case, home: Path, name: str) -> tuple[Path, tuple[str, ...]]:
    """A new folder to work in, and the command's arguments there."""
    folder = home / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    if case.start is not None:
        shutil.copytree(home / case.start, folder / "out")
    return folder, tuple("out" if argument == "OUT" else argument for argument in case.arguments)


def left_behind(out: Path) -> list[str]:
    """Files that no finished command has: temporary ones, locks, intermediate folders."""
    return sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.name[0] == "." or "_temp" in path.name)


def main() -> int:
    """Kills, compares and prints; the status is 1 where an outcome differs or something is left."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kills", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--only", default=",".join(CASES))
    options = parser.parse_args()
    draw = random.Random(options.seed)
    home = Path(tempfile.mkdtemp(prefix="endurance-", dir=options.folder))
    write_tables(home)
    names = options.only.split(",")
    if {"export", "add-items"} & set(names):
        items = ("--items", "items.csv", "--item-feature", "title=text", "--set", "kind=hybrid")
        for command in (("train", "--data", "clicks.csv", "--model", "gru", "--out", "run", *TINY, *items),) + (
            ("export", "run", "served"),
        ):
            if call(home, command)[0]:
                raise RuntimeError(f"{command} failed")
    expected, seconds = {}, {}
    for name in names:
        folder, command = prepared(CASES[name], home, "whole")
        began = time.perf_counter()
        if call(folder, command)[0]:
            raise RuntimeError(f"{command} failed")
        seconds[name] = time.perf_counter() - began
        expected[name] = CASES[name].outcome(folder / "out")
    counts = {name: {"kills": 0, "met at work": 0, "same outcome": 0, "left": 0} for name in names}
    for turn in range(options.kills):
        name = names[turn % len(names)]
        folder, command = prepared(CASES[name], home, "killed")
        found = counts[name]
        found["kills"] += 1
        moment, number = draw.uniform(0, seconds[name]), draw.choice(SIGNALS)
        status = call(folder, command, moment, number)[0]
        found["met at work"] += status != 0
        for _ in range(GIVEN_AGAIN):
            if status == 0:
                break
            status, _ = call(folder, command)
            if name == "add-items" and status == 2:  # they had been added before it was killed
                status = 0
        same = status == 0 and CASES[name].outcome(folder / "out") == expected[name]
        left = left_behind(folder / "out")
        found["same outcome"] += same
        found["left"] += bool(left)
        if not same or left:
            kept = home / f"kept-{turn}"
            shutil.move(folder, kept)
            print(f"{name}, {number.name} after {moment:.2f} s: status {status}, same {same}, left {left}: {kept}")
    for name, found in counts.items():
        print(f"{name:16}", ", ".join(f"{what} {count}" for what, count in found.items()), flush=True)
    return int(any(found["same outcome"] < found["kills"] or found["left"] for found in counts.values()))


if __name__ == "__main__":
    sys.exit(main())
