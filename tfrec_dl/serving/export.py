"""Export of a recommender to a version folder for TF Serving."""

from os import PathLike
from pathlib import Path
from typing import Protocol

from tfrec_dl.serving.card import ModelCard
from tfrec_dl.serving.module import ServingModule
from tfrec_dl.serving.publishing import publish_module


class Recommends(Protocol):
    """A model that can be exported as a recommender: a `RetrievalModel`, a stack, one of your own."""

    def serving_module(self, k_max: int = 100) -> ServingModule:
        """The graph that is exported."""


def export_saved_model(
    model: Recommends, dest: str | PathLike[str], k_max: int = 100, card: ModelCard | None = None
) -> Path:
    """Exports a model to DEST/<next free version>/, which appears complete or not at all.

    See `publish_module` for what is written, and `docs/serving.md` for the signatures.

    Args:
        model: a trained model.
        dest: folder of the versions, created if missing.
        k_max: length of the recommendation lists; cut to the number of items.
        card: what is known about data, split and metrics; by default the card calls them unknown.

    Returns:
        The version folder.

    Raises:
        InputError: if `dest` is a file or cannot be written to, `k_max` is below 1, a weight is not finite, two
            features would have the same name in requests, or `tensorflow-serving-api` is not installed.
    """
    return publish_module(model.serving_module(k_max), dest, card)
