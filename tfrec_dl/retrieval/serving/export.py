"""A trained model -> a version folder for TF Serving."""

import os
from os import PathLike
from pathlib import Path

from tfrec_dl.retrieval.model import RetrievalModel
from tfrec_dl.retrieval.serving.module import retrieval_module
from tfrec_dl.serving.card import ModelCard
from tfrec_dl.serving.module import ServingModule
from tfrec_dl.serving.publishing import publish_module
from tfrec_dl.serving.scored_module import CatalogueModel, ScoredModule
from tfrec_dl.serving.warm_up import require_serving_protos


def export_saved_model(
    model: RetrievalModel | CatalogueModel, dest: str | PathLike[str], k_max: int = 100, card: ModelCard | None = None
) -> Path:
    """Exports a model to DEST/<next free version>/, which appears complete or not at all.

    The version holds the SavedModel with the signatures that `docs/serving.md` describes, warm-up requests for each of
    them, and the model card (`assets.extra/model_card.md`, `.json`). `models.config` and `batching_parameters.txt` are
    written beside the versions unless they are there. The model is called DEST's name in TF Serving.

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
    require_serving_protos()
    return publish_module(serving_module(model, k_max), Path(os.path.abspath(dest)), card or ModelCard())


def serving_module(model: RetrievalModel | CatalogueModel, k_max: int = 100) -> ServingModule:
    """Makes a trained model ready to serve. Its weights are read now and shared, not copied.

    Raises:
        InputError: if `k_max` is below 1, or the vocabulary is empty or holds the empty string (which means padding in
            a request), or a weight is not finite, or two features would have the same name in requests.
    """
    return ScoredModule(model, k_max) if isinstance(model, CatalogueModel) else retrieval_module(model, k_max)
