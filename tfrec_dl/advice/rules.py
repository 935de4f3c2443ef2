"""Rules that turn a profile and landmarks into recipes, with the section of docs/benchmarks/ that each rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tfrec_dl.advice.landmarks import Landmarks
from tfrec_dl.advice.profile import Profile

FEWEST_USERS = 200  # to validate on: with fewer nothing says whether a network is better than counts
POPULAR = 1.1  # times the NDCG of popularity that the best table of counts has to have for there to be taste to learn
ORDERED = 1.05  # times the NDCG of shuffled histories that transitions have to have for the order to matter
REPEATED = 0.1  # share of targets in the history from which on seen items have to be recommended
HELD_BACK = 0.05  # share held back for validation from which on learning from it too is worth a second training
COLD = 0.1  # share of unknown targets from which on features are worth their cost
FEATURES = "docs/benchmarks/features.md: Cold items, MovieLens-1M"
GENERATED = "docs/benchmarks/lifecycle.md: Advice on tables with known answers"
COUNTS = "docs/benchmarks/retrieval.md: Counts of transitions, and a network beside them"
STACKS = "docs/benchmarks/stacks.md: A stack of networks and baselines"


@dataclass(frozen=True)
class Choice:
    """A recipe to train.

    Attributes:
        recipe: its name.
        settings: of `--set`, beside its defaults.
    """

    recipe: str
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reason:
    """What of the data led to what.

    Attributes:
        text: a sentence.
        evidence: page and heading of docs/benchmarks/ that it rests on; None for what needs no measuring, or has none.
    """

    text: str
    evidence: str | None = None


@dataclass(frozen=True)
class Decision:
    """What the rules say.

    Attributes:
        choices: recipes, the best guess first.
        reasons: for them.
        worth_a_network: whether a network can be expected to be better than a table of counts.
    """

    choices: tuple[Choice, ...]
    reasons: tuple[Reason, ...]
    worth_a_network: bool = True


def decide(profile: Profile, landmarks: Landmarks | None, keep_seen: bool) -> Decision:
    """Applies the rules.

    Args:
        profile: of the table.
        landmarks: of a sample; None where none could be measured.
        keep_seen: whether items of the history can be recommended, asked for or needed.
    """
    settings: dict[str, Any] = {"keep_seen": True} if keep_seen else {}
    reasons = [*_on_repeats(profile), *_on_features(profile)]
    unworthy = _why_no_network(profile, landmarks)
    if unworthy is not None:
        return Decision((Choice("gru", settings),), (unworthy, *reasons), worth_a_network=False)
    names, reason = _networks(profile, landmarks)
    held_back = _on_validation(profile)
    if held_back:
        settings = {**settings, "refit": True}
    reasons = [reason, *reasons, *held_back, *_on_stacks(names, profile)]
    return Decision(tuple(Choice(name, settings) for name in names), tuple(reasons))


def _why_no_network(profile: Profile, landmarks: Landmarks | None) -> Reason | None:
    if landmarks is None or profile.validation_users < FEWEST_USERS:
        return Reason(
            f"there are {profile.validation_users:,} users to validate on, too few to tell a network from a table of "
            "counts: take the best baseline of `tfrec-dl compare`"
        )
    if landmarks.best < POPULAR * landmarks.popularity:
        return Reason(
            f"on a sample the best table of counts has NDCG@10 {landmarks.best:.4f} and the most popular items "
            f"{landmarks.popularity:.4f}: there is hardly any taste to learn, so recommend what is popular"
        )
    return None


def _networks(profile: Profile, landmarks: Landmarks | None) -> tuple[tuple[str, ...], Reason]:
    assert landmarks is not None
    if profile.repeated_targets >= REPEATED:
        return ("caser", "lru"), Reason(
            "which item comes back depends on its place among the last ones, which a convolution over them can read",
            GENERATED,
        )
    measured = (
        f"transitions have NDCG@10 {landmarks.transitions:.4f} on a sample, {landmarks.shuffled:.4f} with shuffled "
        f"histories, EASE {landmarks.ease:.4f}"
    )
    if landmarks.transitions >= ORDERED * landmarks.shuffled:
        return ("gru", "caser"), Reason(f"the order of a history says something ({measured}): read it in order", COUNTS)
    return ("mult_dae", "gru"), Reason(f"the order of a history says little ({measured}): read it as a set", GENERATED)


def _on_repeats(profile: Profile) -> list[Reason]:
    if profile.repeated_targets < REPEATED:
        return []
    return [
        Reason(
            f"{profile.repeated_targets:.0%} of the items to find are in the history already: seen items have to be "
            "recommended (--keep-seen), or these are lost"
        )
    ]


def _on_validation(profile: Profile) -> list[Reason]:
    if profile.validation_share < HELD_BACK:
        return []
    return [
        Reason(
            f"{profile.validation_share:.0%} of the data to learn from is held back to validate on: train once "
            "more with it (--refit), which takes up to twice the time",
            COUNTS,
        )
    ]


def _on_stacks(names: Sequence[str], profile: Profile) -> list[Reason]:
    if names[0] != "gru" or profile.item_features:  # measured for histories in order and items known by their ids
        return []
    return [
        Reason(
            "if you have several times as long: a stack of networks and baselines (--model stacked --set "
            "members=gru,lstm,caser,lru) was 3 to 5 % better than one network with counts on three data sets",
            STACKS,
        )
    ]


def _on_features(profile: Profile) -> list[Reason]:
    if profile.item_features:
        names = ", ".join(profile.item_features)
        return [
            Reason(f"items have features ({names}), so that new ones can be recommended: ids and features", FEATURES)
        ]
    if profile.unknown_targets < COLD:
        return []
    return [
        Reason(
            f"{profile.unknown_targets:.0%} of the items to find have no training interaction: give a table that "
            "describes the items (--items), which is all that can be known about them",
            FEATURES,
        )
    ]
