"""Settings of recipes, listed."""

from collections.abc import Mapping
from typing import Any

from rich.columns import Columns
from rich.padding import Padding
from rich.text import Text

from tfrec_dl.cli.console import console

OPEN = "(open)"
UNSET = {
    "model.contrastive": "(none)",
    "training.perturbation": "(none)",
    "training.warm_start": "(none: anew)",
    "model.counts": "(by users to validate on)",
    "model.loss": "(by the catalogue's size)",
    "model.embedding_dropout": "(by interactions an item, or ratings)",
    "model.state_dropout": "(by interactions an item)",
    "model.hashing.own_rows": "(all)",
    "model.hashing.buckets": "(a tenth of the other items)",
    "model.regularization": "(by the ratings)",
    "model.linear_part": "(by the ratings)",
    "training.batch_size": "(by the ratings)",
    "training.learning_rate": "(by the ratings)",
    "training.context": "(half of max_length)",
    "training.steps_per_epoch": "(a pass over the data)",
    "model.click": "(by the lists)",
    "model.id_dropout": "(by the labels)",
    "model.ranker.projection": "(full rank)",
    "model.ranker.pair_weight": "(as small as others)",
    "training.drawn": "(the last max_length)",
}


def show_settings(settings: Mapping[str, Any]) -> None:
    """Prints settings in columns."""
    texts = [Text(f"{name}={shown_value(name, value)}") for name, value in settings.items()]
    console().print(Padding(Columns(texts, padding=(0, 2)), (0, 0, 0, 2)))


def shown_value(name: str, value: Any) -> str:
    """What a setting is by default, or what decides where it is left open."""
    return UNSET.get(name, OPEN) if value is None else str(value)
