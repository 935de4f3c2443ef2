"""Training settings of each recipe on each data set, chosen on the validation part alone."""

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
            "lru": {
                "blocks": 2,
                "learning_rate": 3e-3,
                "epochs": 16,
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
    "amazon-beauty-5core": DataSet(
        "amazon-beauty-5core/interactions.csv.gz",
        {
            "lru": {
                "learning_rate": 2e-3,
                "epochs": 15,
                "batch_size": 128,
                "max_length": 50,
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


@dataclass(frozen=True)
class Variant:
    """One model of the cold-start benchmark: settings, and features that it does without."""

    settings: dict[str, Any]
    kinds: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ColdStart:
    """A data set with features, and the models compared on it, each a `gru` with these settings.

    `texts` says which columns the TF-IDF baseline reads, as kinds of a catalogue; `pairs` which models are compared
    user by user on cold items.
    """

    texts: dict[str, str]
    settings: dict[str, Any]
    models: dict[str, Variant]
    image_size: tuple[int, int] = (64, 64)
    pairs: tuple[tuple[str, str], ...] = ()


ML_1M_GRU = DATA_SETS["ml-1m"].settings["gru"]
POSTER = {"poster": "image"}

COLD_START = {
    "ml-1m": ColdStart(
        {"director": "ignore", "actors": "ignore"},
        {**ML_1M_GRU, "epochs": 12},
        {
            "behaviour": Variant({"kind": "behaviour"}),
            "content": Variant({"kind": "content"}),
            "hybrid": Variant({"kind": "hybrid"}),
        },
        pairs=(("content", "tf_idf"), ("hybrid", "content")),
    ),
    "ml-100k": ColdStart(
        {"release_date": "ignore", "poster": "ignore"},
        {},
        {
            "behaviour": Variant({"kind": "behaviour"}),
            "text": Variant({"kind": "content"}, {"poster": "ignore"}),
            "text-and-posters": Variant({"kind": "content"}, POSTER),
            "posters": Variant(
                {"kind": "content", "epochs": 25},
                {"title": "ignore", "release_date": "ignore", "genres": "ignore", "overview": "ignore", **POSTER},
            ),
            "hybrid": Variant({"kind": "hybrid"}, {"poster": "ignore"}),
        },
        image_size=(72, 48),
        pairs=(("posters", "random"), ("text-and-posters", "text")),
    ),
}

# For the comparison of kinds on all items: changes of a recipe's settings, and kinds of features.
HYBRID = {
    "ml-100k": Variant({"kind": "hybrid", "id_dropout": 0.1, "epochs": 25, "patience": 8}, {"poster": "ignore"}),
    "ml-1m": Variant({"kind": "hybrid", "epochs": 16}),
}

# The GANs, each with the recipe that it is a variant of. Chosen on data held out of the training part.
AUTOENCODER: dict[str, Any] = {
    "epochs": 50,
    "batch_size": 64,
    "max_length": 1_000,
    "learning_rate": 3e-3,
}
# An item's users given back, entry by entry, as in CFGAN's own experiments.
ITEM_BASED: dict[str, Any] = {
    **AUTOENCODER,
    "reads": "users",
    "reconstruction": "gaussian",
    "unobserved": 0.1,
    "generator.units": (400,),
    "regularization": 0.004,
    "epochs": 16,
    "adversarial_loss": "non_saturating",
    "adversarial": 1.0,
}
OVER_AUTOENCODER: dict[str, Any] = {"generator": "mult_dae", "discriminator": "mult_dae", **AUTOENCODER}
OVER_USERS: dict[str, Any] = {
    "model.generator.body": {"name": "user_only"},
    "model.discriminator.body": {"name": "user_only"},
    "categories.min_count": 1,  # an id is one user's own
    "categories.embedding": 64,
    "categories.dropout": 0.0,
    "max_length": 1_000,
    "context": 0,
    "epochs": 30,
    "learning_rate": 3e-3,
}

GANS: dict[str, dict[str, tuple[str, dict[str, Any]]]] = {
    "irgan-split": {
        "irgan": ("irgan", {**OVER_AUTOENCODER, "temperature": 0.5, "samples": 128, "adversarial_epochs": 8}),
        "irgan-users": ("irgan", {**OVER_USERS, "adversarial_epochs": 8}),
        "cfgan": ("cfgan", {**AUTOENCODER, "adversarial_epochs": 2}),
        "perturbed": ("mult_dae", {**AUTOENCODER, "perturbation": "adversarial"}),
    },
    "cfgan-protocol": {
        "cfgan": ("cfgan", {**AUTOENCODER, "adversarial_epochs": 2}),
        "irgan": ("irgan", {**OVER_AUTOENCODER, "temperature": 0.5, "samples": 128, "adversarial_epochs": 8}),
        "cfgan-items": ("cfgan", {**ITEM_BASED, "adversarial_epochs": 2}),
    },
    "sequences": {
        "irgan": (
            "irgan",
            {
                **DATA_SETS["ml-100k"].settings["gru"],
                "generator_learning_rate": 3e-5,
                "adversarial": 0.1,
                "temperature": 0.5,
                "entropy": 0.5,
                "adversarial_epochs": 1,
            },
        ),
    },
}
