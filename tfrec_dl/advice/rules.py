"""Rules that choose recipes by profile and landmarks, with the section of docs/benchmarks/ that each rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tfrec_dl.advice.landmarks import ITEMS, Landmarks
from tfrec_dl.advice.profile import Profile

FEWEST_USERS = 200  # to validate on; with fewer, nothing shows whether a network is better than counts
POPULAR = 1.1  # there is taste to learn if the best count-based baseline has this many times the NDCG of popularity
ORDERED = 1.05  # the order matters if transitions have this many times their NDCG on shuffled histories
REPEATED = 0.1  # from this share of targets in the history, seen items must be recommended
HELD_BACK = 0.05  # from this share held out for validation, a second training that includes it is worthwhile
COLD = 0.1  # from this share of unknown targets, features are worth their cost
FEATURES = "docs/benchmarks/features.md: Cold items, MovieLens-1M"
GENERATED = "docs/benchmarks/lifecycle.md: Advice on tables with known answers"
COUNTS = "docs/benchmarks/retrieval.md: Counts of transitions, and a network beside them"
STACKS = "docs/benchmarks/stacks.md: A stack of networks and baselines"


@dataclass(frozen=True)
class Choice:
    """A recipe to train.

    Attributes:
        recipe: name of the recipe.
        settings: settings to change from the recipe's defaults, as with `--set`.
    """

    recipe: str
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reason:
    """A reason for a choice: what the data show, and what follows.

    Attributes:
        text: the reason, as a sentence.
        evidence: page and heading of docs/benchmarks/ that it rests on; None if it needs no measurement or has none.
    """

    text: str
    evidence: str | None = None


@dataclass(frozen=True)
class Decision:
    """The choices that the rules make, with reasons.

    Attributes:
        choices: chosen recipes, the best guess first.
        reasons: reasons for them.
        worth_a_network: whether a network can be expected to be better than a count-based baseline.
    """

    choices: tuple[Choice, ...]
    reasons: tuple[Reason, ...]
    worth_a_network: bool = True


def decide(profile: Profile, landmarks: Landmarks | None, keep_seen: bool) -> Decision:
    """Applies the rules.

    Args:
        profile: profile of the table.
        landmarks: landmarks of a sample; None if they could not be measured.
        keep_seen: whether items of the history can be recommended, because the caller or the data ask for it.
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
    if profile.validation_users < FEWEST_USERS:
        return Reason(
            f"there are {profile.validation_users:,} users to validate on, too few to tell a network from a "
            "count-based baseline: take the best baseline of `tfrec-dl compare`"
        )
    if landmarks is None:
        return Reason(
            f"a sample of the {ITEMS:,} most popular items has no item to find for any of {profile.validation_users:,} "
            "users: see with `tfrec-dl compare` whether a network beats the baselines"
        )
    if landmarks.best < POPULAR * landmarks.popularity:
        return Reason(
            f"on a sample, NDCG@10 is {landmarks.best:.4f} for the best count-based baseline and "
            f"{landmarks.popularity:.4f} for the most popular items: there is hardly any taste to learn, so "
            "recommend what is popular"
        )
    return None


def _networks(profile: Profile, landmarks: Landmarks | None) -> tuple[tuple[str, ...], Reason]:
    assert landmarks is not None
    if profile.repeated_targets >= REPEATED:
        return ("caser", "lru"), Reason(
            "which item comes back depends on its place among the last items, and a convolution over these can read it",
            GENERATED,
        )
    measured = (
        f"on a sample, NDCG@10 is {landmarks.transitions:.4f} for transitions, {landmarks.shuffled:.4f} for those of "
        f"shuffled histories, and {landmarks.ease:.4f} for EASE"
    )
    if landmarks.transitions >= ORDERED * landmarks.shuffled:
        return ("gru", "caser"), Reason(
            f"the order of a history carries information ({measured}): read it in order", COUNTS
        )
    return ("mult_dae", "gru"), Reason(
        f"the order of a history carries little information ({measured}): read it as a set", GENERATED
    )


def _on_repeats(profile: Profile) -> list[Reason]:
    if profile.repeated_targets < REPEATED:
        return []
    return [
        Reason(
            f"{profile.repeated_targets:.0%} of target items are already in the history: recommend seen items again "
            "(--keep-seen), or these targets are missed"
        )
    ]


def _on_validation(profile: Profile) -> list[Reason]:
    if profile.validation_share < HELD_BACK:
        return []
    return [
        Reason(
            f"{profile.validation_share:.0%} of the data to learn from is held out for validation: train again "
            "with it (--refit), which takes up to twice the time",
            COUNTS,
        )
    ]


def _on_stacks(names: Sequence[str], profile: Profile) -> list[Reason]:
    if names[0] != "gru" or profile.item_features:  # measured only for histories read in order and items known by ids
        return []
    return [
        Reason(
            "if training may take several times as long: a stack of networks and baselines (--model stacked --set "
            "members=gru,lstm,caser,lru) was 3 to 5 % better than one network with counts on four data sets",
            STACKS,
        )
    ]


def _on_features(profile: Profile) -> list[Reason]:
    if profile.item_features:
        names = ", ".join(profile.item_features)
        return [
            Reason(
                f"items have features ({names}), so new items can be recommended: train on ids and features", FEATURES
            )
        ]
    if profile.unknown_targets < COLD:
        return []
    return [
        Reason(
            f"{profile.unknown_targets:.0%} of target items have no training interaction: give a table that "
            "describes the items (--items), because nothing else can be known about them",
            FEATURES,
        )
    ]
