"""Listing of recipe settings."""

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
    "training.warm_start": "(none: from scratch)",
    "model.counts": "(depends on the validation users)",
    "model.loss": "(depends on the catalogue's size)",
    "model.embedding_dropout": "(depends on interactions per item, or ratings)",
    "model.state_dropout": "(depends on interactions per item)",
    "model.hashing.own_rows": "(all)",
    "model.hashing.buckets": "(a tenth of the other items)",
    "model.regularization": "(depends on the ratings)",
    "model.linear_part": "(depends on the ratings)",
    "training.batch_size": "(depends on the ratings)",
    "training.learning_rate": "(depends on the ratings)",
    "training.context": "(half of max_length)",
    "training.steps_per_epoch": "(one pass over the data)",
    "model.click": "(depends on the lists)",
    "model.id_dropout": "(depends on the labels)",
    "model.ranker.projection": "(full rank)",
    "model.ranker.pair_weight": "(as small as others)",
    "training.drawn": "(the last max_length)",
}


def show_settings(settings: Mapping[str, Any]) -> None:
    """Prints settings in columns."""
    texts = [Text(f"{name}={shown_value(name, value)}") for name, value in settings.items()]
    console().print(Padding(Columns(texts, padding=(0, 2)), (0, 0, 0, 2)))


def shown_value(name: str, value: Any) -> str:
    """Returns the default of a setting, or what decides the value if the default leaves it open."""
    return UNSET.get(name, OPEN) if value is None else str(value)
