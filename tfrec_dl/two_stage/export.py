"""Export of a retrieval and a ranking model as one SavedModel."""

from os import PathLike
from pathlib import Path
from typing import Any

from tfrec_dl.arguments import require_type
from tfrec_dl.errors import InputError
from tfrec_dl.ranking.model import RankingModel
from tfrec_dl.ranking.serving.module import RankingModule
from tfrec_dl.runs.run_folder import RunFolder
from tfrec_dl.serving.attributes.shown_source import ShownSource
from tfrec_dl.serving.attributes.source import AttributeSource
from tfrec_dl.serving.card import ModelCard
from tfrec_dl.serving.export import Exportable, Recommends
from tfrec_dl.serving.ivf.request import IvfRequest
from tfrec_dl.serving.publishing import publish_module
from tfrec_dl.two_stage.card import two_stage_card
from tfrec_dl.two_stage.module import TwoStageModule


def export_two_stage(
    retrieval_model: Recommends | RunFolder,
    ranking_model: RankingModel | RunFolder,
    dest: str | PathLike[str],
    candidates: int = 100,
    k: int = 10,
    k_max: int = 100,
    card: ModelCard | None = None,
    keep_seen: bool | None = None,
    attributes: AttributeSource | None = None,
    shown: ShownSource | None = None,
    index: IvfRequest | None = None,
) -> Path:
    """Exports a retrieval and a ranking model as one, to DEST/<next free version>/.

    It has the signature `recommend_ranked`, which ranks what the retrieval finds, `rank`, and all that the retrieval
    has by itself; so `load` and `load_ranker` both take it. Items are known to both models by the same ids.

    Of the ranker's features of candidates, "retrieval_score" and "retrieval_rank" (from 0) are filled with what the
    retrieval gives each; others are missing, as no request can know them.

    Args:
        retrieval_model: a trained model, or a finished run of one.
        ranking_model: a trained model that ranks, or a finished run of one.
        dest: folder of the versions, created if missing.
        candidates: how many items are retrieved and ranked; cut to the number of items.
        k: how many of them `recommend_ranked` gives, the best; up to `candidates`.
        k_max: length of the lists that the retrieval gives by itself; cut to the number of items.
        card: what is known about data, split and metrics; by default what two runs hold; of models alone they are
            unknown.
        keep_seen: whether items of the history are recommended again; None as the retrieval's run was trained, and not
            for a model.
        attributes: what requests can ask of items; None for nothing.
        shown: columns of items that come back in answers; None for none.
        index: as for `export_saved_model`, of the retrieval.

    Returns:
        The version folder.

    Raises:
        InputError: as `export_saved_model` and `export_ranking_model`, or if `candidates` or `k` is below 1 or `k`
            above `candidates`, or what retrieves and what ranks are other models.
    """
    for name, value in (("candidates", candidates), ("k", k)):
        if value < 1:
            raise InputError(f"{name} is {value}, but must be at least 1.")
    if k > candidates:
        raise InputError(f"k is {k}, but only {candidates} candidates are ranked: give k up to candidates.")
    if isinstance(retrieval_model, RunFolder):
        if keep_seen is None:
            keep_seen = bool(getattr(retrieval_model.recipe.training, "keep_seen", False))
        if card is None and isinstance(ranking_model, RunFolder):
            card = two_stage_card(retrieval_model, ranking_model)
        retrieval_model = retrieval_model.model()
    ranker: Any = ranking_model.model() if isinstance(ranking_model, RunFolder) else ranking_model
    require_type(ranker, RankingModel, "ranking_model", "give a ranker, or its run")
    if isinstance(retrieval_model, RankingModel) or not isinstance(retrieval_model, Exportable):
        name = type(retrieval_model).__name__
        raise InputError(f"retrieval_model is of type {name}: give a model that recommends, or its run.")
    retrieval = retrieval_model.serving_module(k_max, bool(keep_seen))
    if attributes is not None:
        retrieval.describe_items(attributes)
    if shown is not None:
        retrieval.show(shown)
    if index is not None:
        retrieval.search_in_lists(index)
    module = TwoStageModule(retrieval, RankingModule(ranker), candidates, k)
    return publish_module(module, dest, card)
