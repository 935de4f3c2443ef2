"""The commands that are killed, and the outcome that each must have."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.endurance.forked import command

CLICKS = ("--data", "../clicks.csv", "--max-length", "8")
TINY = ("--epochs", "2", "--set", "dimension=4")
TRAIN = ("train", "--out", "out")


@dataclass(frozen=True)
class Command:
    """A command in a folder below the one that the tables are in.

    Attributes:
        arguments: of `tfrec-dl`; it writes to `out`.
        outcome: of the folder `out`.
        start: copied to `out` before, beside the tables; None for nothing.
        done_before: a word of the error that says that an earlier call, killed at its end, had done all.
    """

    arguments: tuple[str, ...]
    outcome: Callable[[Path], object]
    start: str | None = None
    done_before: str | None = None


def metrics(out: Path) -> bytes:
    """Of a run, to the last digit."""
    return (out / "metrics.json").read_bytes()


def fingerprint(out: Path) -> str:
    """Of a prepared folder."""
    return str(json.loads((out / "prepared.json").read_text())["fingerprint"])


def answers(out: Path) -> str:
    """Of the newest version of an export, to the last digit."""
    asked = command(out.parent, ("recommend", str(out), "--history", "i1,i2", "--json"))
    if asked.status:
        raise RuntimeError(f"no answer, status {asked.status}: {asked.output[-2000:]}")
    return asked.output


COMMANDS = {
    "train gru": Command((*TRAIN, *CLICKS, *TINY, "--model", "gru"), metrics),
    "train mult_dae": Command((*TRAIN, *CLICKS, "--epochs", "2", "--model", "mult_dae"), metrics),
    "train cfgan": Command(
        (*TRAIN, *CLICKS, "--epochs", "2", "--model", "cfgan", "--set", "adversarial_epochs=2"), metrics
    ),
    "train stacked": Command(
        (*TRAIN, *CLICKS, *TINY, "--model", "stacked", "--set", "members=gru", "--set", "baselines=popularity,ials"),
        metrics,
    ),
    "train din": Command(
        (*TRAIN, "--task", "ranking", "--data", "../shown.csv", "--label", "click", "--model", "din", "--epochs", "2"),
        metrics,
    ),
    "train deep_conn": Command((*TRAIN, "--task", "reviews", "--data", "../reviews.csv", "--epochs", "2"), metrics),
    "prepare": Command(("prepare", "--data", "../clicks.csv", "--out", "out"), fingerprint),
    "export": Command(("export", "../run", "out"), answers),
    "add-items": Command(
        ("add-items", "out", "--items", "../new.csv"), answers, start="served", done_before="in the export already"
    ),
}

FIRST = (  # what export and add-items start from
    ("train", "--out", "run", "--data", "clicks.csv", "--model", "gru", "--max-length", "8", *TINY)
    + ("--items", "items.csv", "--item-feature", "title=text", "--set", "kind=hybrid"),
    ("export", "run", "served"),
)
