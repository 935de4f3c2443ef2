"""Kills commands at random moments and repeats them until they finish."""

import json
import random
import shutil
import signal
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.endurance.commands import COMMANDS, FIRST, Command
from benchmarks.endurance.forked import Ended, command
from benchmarks.endurance.tables import write_tables
from benchmarks.timing import print_table

SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
KILLS_OF_ONE = 8  # at most, before a command is left to end
EVERY = 25  # kills, a line on how far it is
OTHERS = "__autograph_generated_file"  # TensorFlow's own, in the system's folder for temporary files


@dataclass
class Chain:
    """A command that was killed and given again until it ended.

    Attributes:
        kills: signals that met it at work.
        problems: what did not hold, in words.
    """

    kills: int = 0
    problems: list[str] = field(default_factory=list)


def run(kills: int, seed: int, only: Sequence[str], home: Path) -> bool:
    """Kills, compares and prints; whether all held."""
    write_tables(home)
    for arguments in FIRST:
        _require(command(home, arguments), arguments)
    expected = {name: _undisturbed(COMMANDS[name], home) for name in only}
    print("seconds undisturbed:", {name: round(seconds, 1) for name, (_, seconds) in expected.items()}, flush=True)
    draw, chains, killed = random.Random(seed), {name: [] for name in only}, 0
    while killed < kills:
        name = min(only, key=lambda name: sum(chain.kills for chain in chains[name]))
        place = home / "killed"
        chain = _chain(COMMANDS[name], home, place, *expected[name], draw)
        chains[name].append(chain)
        if chain.problems:
            kept = home / f"kept-{killed}"
            shutil.move(place, kept)
            print(f"{name}: {'; '.join(chain.problems)}: {kept}", flush=True)
        killed, before = killed + chain.kills, killed
        if killed // EVERY > before // EVERY:
            print(f"{killed} kills of {kills}", flush=True)
    return _report(chains)


def _chain(case: Command, home: Path, place: Path, expected: object, seconds: float, draw: random.Random) -> Chain:
    chain = Chain()
    _prepare(case, home, place)
    while True:
        moment, number = draw.uniform(0, seconds), draw.choice(SIGNALS)
        ended = command(place, case.arguments, moment if chain.kills < KILLS_OF_ONE else None, number)
        by_signal = ended.signalled and ended.status in (-number, 128 + number)
        if "Traceback" in ended.output:
            chain.problems.append(f"{number.name} after {moment:.2f} s: {ended.output[-2000:]}")
        if not by_signal:
            break
        chain.kills += 1
        chain.problems += [f"{number.name} after {moment:.2f} s: {path} is half-written" for path in _torn(place)]
    done_before = case.done_before is not None and case.done_before in ended.output
    if ended.status != 0 and not done_before:
        chain.problems.append(f"status {ended.status}: {ended.output[-500:]}")
    else:
        try:
            if case.outcome(place / "out") != expected:
                chain.problems.append("another outcome")
        except (OSError, RuntimeError, ValueError) as error:
            chain.problems.append(f"no outcome: {error}")
    if left := _left_behind(place):
        chain.problems.append(f"left behind: {left}")
    return chain


def _undisturbed(case: Command, home: Path) -> tuple[object, float]:
    """What the command comes to, and how long it takes."""
    place = home / "whole"
    _prepare(case, home, place)
    ended = command(place, case.arguments)
    _require(ended, case.arguments)
    if left := _left_behind(place):
        raise RuntimeError(f"{case.arguments} left {left}")
    return case.outcome(place / "out"), ended.seconds


def _prepare(case: Command, home: Path, place: Path) -> None:
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    if case.start is not None:
        shutil.copytree(home / case.start, place / "out")


def _require(ended: Ended, arguments: Sequence[str]) -> None:
    if ended.status:
        raise RuntimeError(f"{arguments} ended with {ended.status}: {ended.output[-2000:]}")


def _torn(place: Path) -> list[str]:
    """Files under their own names that are not whole: JSON that is none, versions without what each has."""
    torn = []
    for path in place.rglob("*.json"):
        if path.name[0] != ".":
            try:
                json.loads(path.read_bytes())
            except ValueError:
                torn.append(str(path.relative_to(place)))
    for version in (place / "out").glob("[0-9]*"):
        needed = ("saved_model.pb", "variables/variables.index", "assets.extra/model_card.json")
        torn += [f"{version.name}/{name}" for name in needed if version.is_dir() and not (version / name).is_file()]
    return torn


def _left_behind(place: Path) -> list[str]:
    """Files that no finished command has: temporary ones, locks, intermediate folders."""
    paths = (path for path in place.rglob("*") if path.name[0] == "." or "_temp" in path.name)
    temporary = (path for path in (place / "tmp").glob("*") if not path.name.startswith(OTHERS))
    return sorted(str(path.relative_to(place)) for path in (*paths, *temporary))


def _report(chains: dict[str, list[Chain]]) -> bool:
    rows, total = [], Counter[str]()
    for name, each in chains.items():
        counts = Counter(
            kills=sum(chain.kills for chain in each),
            commands=len(each),
            held=sum(not chain.problems for chain in each),
        )
        total += counts
        rows.append([name, counts["kills"], counts["commands"], counts["held"]])
    rows.append(["all", total["kills"], total["commands"], total["held"]])
    print_table(["command", "kills", "commands that ended", "of them as if undisturbed, nothing left"], rows)
    return total["held"] == total["commands"]
