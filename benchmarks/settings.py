"""What each recipe is trained with on each data set; chosen on the validation part alone."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class DataSet:
    """A table of ../shared/data and the settings of the recipes on it, beyond the recipes' own defaults."""

    path: str
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)


# For short histories over a large catalogue.
SPARSE: dict[str, Any] = {
    "dimension": 256,
    "markov_order": 5,
    "item_dropout": 0.2,
    "embedding_dropout": 0.6,
    "state_dropout": 0.6,
    "loss": "sampled_softmax",
    "negatives": 2048,
    "learning_rate": 2e-3,
    "epochs": 8,
    "batch_size": 128,
    "max_length": 50,
    "context": 0,
}

DATA_SETS = {
    "ml-100k": DataSet(
        "ml-100k/ratings.csv.gz",
        {
            "gru": {"epochs": 15},
            "lstm": {"epochs": 15},
            "caser": {"epochs": 15, "context": 20},
            "next_it_net": {"epochs": 15},
        },
    ),
    "ml-1m": DataSet(
        "ml-1m/ratings.csv.gz",
        {
            "gru": {
                "units": 256,
                "dimension": 128,
                "embedding_dropout": 0.25,
                "state_dropout": 0.25,
                "learning_rate": 4e-3,
                "epochs": 25,
                "batch_size": 64,
                "max_length": 200,
                "context": 0,
            },
            "next_it_net": {
                "dilations": (1, 2, 4, 8, 16),
                "channels": 128,
                "dimension": 128,
                "item_dropout": 0.1,
                "learning_rate": 3e-3,
                "epochs": 20,
                "batch_size": 32,
                "max_length": 200,
                "context": 0,
            },
            "caser": {
                "window": 10,
                "horizontal_filters": 64,
                "units": 256,
                "dropout": 0.3,
                "dimension": 128,
                "item_dropout": 0.1,
                "learning_rate": 3e-3,
                "epochs": 16,
                "batch_size": 32,
                "max_length": 200,
                "context": 0,
            },
        },
    ),
    "amazon-beauty": DataSet(
        "amazon-beauty/interactions.csv.gz",
        {
            "gru": {**SPARSE, "units": 64},
            "caser": {**SPARSE, "window": 5, "horizontal_filters": 32, "units": 128, "dropout": 0.5},
        },
    ),
}
