"""Export of a ranking model to a version folder for TF Serving."""

from os import PathLike
from pathlib import Path

from tfrec_dl.ranking.model import RankingModel
from tfrec_dl.serving.card import ModelCard
from tfrec_dl.serving.publishing import publish_module


def export_ranking_model(model: RankingModel, dest: str | PathLike[str], card: ModelCard | None = None) -> Path:
    """Exports a ranking model to DEST/<next free version>/, which appears complete or not at all.

    The version holds the SavedModel, its calibration included, with the signature `rank`, which is `serving_default`
    too and which `docs/serving.md` describes, warm-up requests for it, and the model card. `models.config` and
    `batching_parameters.txt` are written beside the versions unless they are there.

    Args:
        model: a trained model.
        dest: folder of the versions, created if missing.
        card: what is known about data, split and metrics; by default the card calls them unknown.

    Returns:
        The version folder.

    Raises:
        InputError: if `dest` is a file or cannot be written to, a weight is not finite, or
            `tensorflow-serving-api` is not installed.
    """
    return publish_module(model.serving_module(), dest, card or ModelCard(name="ranker"))
