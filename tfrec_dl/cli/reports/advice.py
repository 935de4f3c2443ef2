"""Display of advice on the terminal: a profile of the table, baseline results, and the recipes to train."""

import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.table import Table

from tfrec_dl.cli.console import console, say

if TYPE_CHECKING:
    from tfrec_dl.advice.advise import Advice, Advised
    from tfrec_dl.advice.landmarks import Landmarks
    from tfrec_dl.advice.profile import Profile

BAR = 24  # width of the longest bar
OPTIONS = {"keep_seen": "--keep-seen", "refit": "--refit"}  # settings that have their own option


def show_advice(advice: "Advice", data: str) -> None:
    """Prints advice.

    Args:
        advice: advice on a table.
        data: path of the table, used in the suggested commands.
    """
    _show_profile(advice.profile)
    if advice.landmarks is not None:
        _show_landmarks(advice.landmarks)
    say(_machine(advice))
    say()
    for reason in advice.reasons:
        say(f"- {reason.text}" + (f" [{reason.evidence}]" if reason.evidence else ""))
    say()
    if not advice.worth_a_network:
        say("No network is worth it here. To see for yourself:", style="bold")
    for place, advised in enumerate(advice.advised):
        say(f"{'take' if not place else 'or'} {advised.recipe.name}: {_cost(advised)}", style="bold")
        say(f"  {_command(advised, data)}")


def _show_profile(profile: "Profile") -> None:
    say(
        f"{profile.interactions:,} interactions of {profile.users:,} users with {profile.items:,} items, "
        f"{profile.item_interactions:,.1f} per item in training"
    )
    table = Table("", "history length", "", "interactions per item", "")
    for quantile, length in profile.history_lengths.items():
        count = profile.item_counts[quantile]
        table.add_row(
            f"{quantile:.0%} have at most",
            f"{length:,.0f}",
            _bar(length, profile.history_lengths),
            f"{count:,.0f}",
            _bar(count, profile.item_counts),
        )
    console().print(table)
    shares = {
        "of interactions are with an item that the user had before": profile.repeats,
        "of interactions have the same time as the one before": profile.ties,
        "of target items are in the history": profile.repeated_targets,
        "of target items have no training interaction": profile.unknown_targets,
    }
    say("; ".join(f"{share:.1%} {what}" for what, share in shares.items() if share is not None))


def _bar(value: float, of: Mapping[float, float]) -> str:
    return "█" * max(1, round(BAR * value / max(of.values())))


def _show_landmarks(found: "Landmarks") -> None:
    table = Table(f"count-based baselines, sample of {found.users:,} users", "NDCG@10")
    for name in ("popularity", "transitions", "shuffled", "ease"):
        label = {"shuffled": "transitions of shuffled histories", "ease": "EASE"}.get(name, name)
        table.add_row(label, f"{getattr(found, name):.4f}")
    console().print(table)
    say(f"{found.reached:.0%} of target items have a transition count that leads to them")


def _machine(advice: "Advice") -> str:
    machine = advice.machine
    memory = "unknown memory" if machine.memory is None else f"{machine.memory / 2**30:,.1f} GiB of available memory"
    return f"this machine: {machine.cores} cores, {memory}, {', '.join(machine.devices) or 'no accelerator'}"


def _cost(advised: "Advised") -> str:
    cost = advised.cost
    if cost is None:
        return "not timed"
    twice = ", and at most as much again for the refit" if advised.settings.get("refit") else ""
    return (
        f"about {_minutes(cost.epoch_seconds)} per epoch, {_minutes(cost.seconds)} for all {cost.epochs} of "
        f"them{twice}, without counts and validation; about {cost.memory / 2**30:,.1f} GiB of memory"
    )


def _minutes(seconds: float) -> str:
    return f"{seconds:,.0f} s" if seconds < 120 else f"{seconds / 60:,.0f} min"


def _command(advised: "Advised", data: str) -> str:
    settings = dict(advised.settings)
    options = "".join(f" {option}" for name, option in OPTIONS.items() if settings.pop(name, False))
    settings.pop("kind", None)  # --items decides this
    sets = "".join(f" --set {name}={value}" for name, value in settings.items())
    name = advised.recipe.name
    return f"tfrec-dl train --data {shlex.quote(data)} --model {name}{options}{sets} --out runs/{name}"
