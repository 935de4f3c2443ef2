"""Defaults that follow from the data: what a ranker's configuration leaves open, and why it is filled in so."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.ranking.configuration import RankingConfig, RankingTraining
from tfrec_dl.ranking.data.feedback import CLICK, RATING

# Training impressions of a ranker of ratings alone below which a network learns them by heart unless it is held back,
# and a linear model finds most of what can be found. Of clicks it is not known.
FEW = 20_000
# Share of ids hidden in training where users and items come and go; as many as are unknown later, where these are more.
HIDDEN, MOST_HIDDEN = 0.5, 0.9

OF_MODEL: dict[str, tuple[Any, Any]] = {
    "linear_part": (True, False),
    "regularization": (0.1, 0.0),
    "embedding_dropout": (0.2, 0.0),
}
OF_TRAINING: dict[str, tuple[Any, Any]] = {
    "learning_rate": (5e-4, 2e-3),
    "batch_size": (256, 1024),
}
"""Setting -> where ratings are few, else."""


def impressions(users: Vocabulary) -> int:
    """The training impressions of users that have a vector of their own."""
    return int(users.counts.sum())


def model_filled_in(
    config: RankingConfig, count: int, labels: Mapping[str, Any], unknown: float = 0.0
) -> RankingConfig:
    """Fills in what a network's configuration leaves open.

    Args:
        config: as set.
        count: training impressions; see `impressions`.
        labels: those that are learnt.
        unknown: share of the validation impressions whose user, or item, has none to train on; the larger of the two.
    """
    found = replace(config, **_open(config, OF_MODEL, few(count, labels)))
    if found.id_dropout is not None:
        return found
    return replace(found, id_dropout=hidden_share(unknown) if CLICK in labels else 0.0)


def hidden_share(unknown: float) -> float:
    """The share of ids that are hidden where clicks are learnt, in hundredths."""
    return round(min(max(HIDDEN, unknown), MOST_HIDDEN), 2)


def training_filled_in(config: RankingTraining, count: int, labels: Mapping[str, Any]) -> RankingTraining:
    """Fills in what the configuration of a training leaves open."""
    return replace(config, **_open(config, OF_TRAINING, few(count, labels)))


def few(count: int, labels: Mapping[str, Any]) -> bool:
    """Whether a ranker learns ratings alone, and from few training impressions."""
    return count < FEW and set(labels) == {RATING}


def explained(
    model: RankingConfig, training: RankingTraining, count: int, labels: Mapping[str, Any], unknown: float
) -> Iterator[str]:
    """Lines on what the data decided, where that is not the usual."""
    if model.id_dropout is None and CLICK in labels and hidden_share(unknown) > HIDDEN:
        yield (
            f"id_dropout {hidden_share(unknown)}: because the user or the item is unknown in {unknown:.0%} of the "
            "validation impressions, and so it will be when served"
        )
    if few(count, labels) and (found := _open(model, OF_MODEL, True) | _open(training, OF_TRAINING, True)):
        values = ", ".join(f"{name} {value}" for name, value in found.items())
        yield f"{values}: because {count:,} ratings to train on are few (below {FEW:,})"


def _open(config: Any, defaults: Mapping[str, tuple[Any, Any]], held_back: bool) -> dict[str, Any]:
    """Setting -> value, of those that are None."""
    place = 0 if held_back else 1
    return {name: values[place] for name, values in defaults.items() if getattr(config, name) is None}
