"""Export of a ranking model to a version folder for TF Serving."""

from os import PathLike
from pathlib import Path

from tfrec_dl.ranking.model import RankingModel
from tfrec_dl.serving.card import ModelCard
from tfrec_dl.serving.publishing import publish_module


def export_ranking_model(model: RankingModel, dest: str | PathLike[str], card: ModelCard | None = None) -> Path:
    """Exports a ranking model to DEST/<next free version>/, which appears only once it is complete.

    The version contains the SavedModel with its calibration, warm-up requests and the model card. Its signature `rank`,
    also available as `serving_default`, is described in `docs/serving.md`. `models.config` and
    `batching_parameters.txt` are written beside the versions unless they exist.

    Args:
        model: a trained model.
        dest: folder of the versions; created if missing.
        card: facts about data, split and metrics; by default the card says they are unknown.

    Returns:
        The version folder.

    Raises:
        InputError: if `dest` is a file or not writable, a weight is not finite, or `tensorflow-serving-api` is not
            installed.
    """
    return publish_module(model.serving_module(), dest, card or ModelCard(name="ranker"))
