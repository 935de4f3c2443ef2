"""Defaults that depend on the data: values for settings that a ranker's configuration leaves open, and the reasons."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.ranking.configuration import RankingConfig, RankingTraining
from tfrec_dl.ranking.data.feedback import CLICK, RATING

# Number of training impressions below which a network for ratings alone overfits without strong regularization, and
# below which a linear model finds most of the structure. For clicks, this is not known.
FEW = 20_000
# Share of ids hidden in training if users and items come and go; higher if more ids are unknown later.
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
"""Maps settings to their value if there are few ratings, and their value otherwise."""


def impressions(users: Vocabulary) -> int:
    """Returns the number of training impressions of users that have their own vector."""
    return int(users.counts.sum())


def model_filled_in(
    config: RankingConfig, count: int, labels: Mapping[str, Any], unknown: float = 0.0
) -> RankingConfig:
    """Fills in the open settings of a network's configuration.

    Args:
        config: configuration as given.
        count: number of training impressions; see `impressions`.
        labels: labels to learn.
        unknown: share of the validation impressions with an unseen user, or with an unseen item; the larger of the two.
    """
    found = replace(config, **_open(config, OF_MODEL, few(count, labels)))
    if found.id_dropout is not None:
        return found
    return replace(found, id_dropout=hidden_share(unknown) if CLICK in labels else 0.0)


def hidden_share(unknown: float) -> float:
    """Returns the share of ids to hide when clicks are learned, in hundredths."""
    return round(min(max(HIDDEN, unknown), MOST_HIDDEN), 2)


def training_filled_in(config: RankingTraining, count: int, labels: Mapping[str, Any]) -> RankingTraining:
    """Fills in the open settings of a training configuration."""
    return replace(config, **_open(config, OF_TRAINING, few(count, labels)))


def few(count: int, labels: Mapping[str, Any]) -> bool:
    """Whether a ranker learns only ratings, from few training impressions."""
    return count < FEW and set(labels) == {RATING}


def explained(
    model: RankingConfig, training: RankingTraining, count: int, labels: Mapping[str, Any], unknown: float
) -> Iterator[str]:
    """Yields lines on settings that the data decided, if they are not the usual ones."""
    if model.id_dropout is None and CLICK in labels and hidden_share(unknown) > HIDDEN:
        yield (
            f"id_dropout {hidden_share(unknown)}: because the user or the item is unknown in {unknown:.0%} of the "
            "validation impressions, and will be when served"
        )
    if few(count, labels) and (found := _open(model, OF_MODEL, True) | _open(training, OF_TRAINING, True)):
        values = ", ".join(f"{name} {value}" for name, value in found.items())
        yield f"{values}: because {count:,} training ratings are few (below {FEW:,})"


def _open(config: Any, defaults: Mapping[str, tuple[Any, Any]], held_back: bool) -> dict[str, Any]:
    """Returns the values for settings that are None."""
    place = 0 if held_back else 1
    return {name: values[place] for name, values in defaults.items() if getattr(config, name) is None}
