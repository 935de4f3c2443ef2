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
    """Exports a retrieval model and a ranking model as one SavedModel to DEST/<next free version>/.

    The export has the signature `recommend_ranked`, which ranks what the retrieval finds, the signature `rank`, and all
    signatures of the retrieval model. Both `load` and `load_ranker` accept it. Both models identify items by the same
    ids.

    Of the ranker's candidate features, "retrieval_score" and "retrieval_rank" (from 0) are filled in from the
    retrieval. The others are missing, because a request cannot know them.

    Args:
        retrieval_model: a trained model, or its finished run.
        ranking_model: a trained model that ranks, or its finished run.
        dest: folder of the versions; created if missing.
        candidates: number of items to retrieve and rank; capped at the number of items.
        k: number of best items that `recommend_ranked` returns, at most `candidates`.
        k_max: length of the lists of the retrieval signatures; capped at the number of items.
        card: facts about data, split and metrics; by default taken from the two runs, and unknown for models alone.
        keep_seen: whether items of the history are recommended again; None uses the setting of the retrieval run, and
            False for a model.
        attributes: item attributes for conditions in requests; None for none.
        shown: item columns that answers return; None for none.
        index: approximate search for the retrieval, as for `export_saved_model`.

    Returns:
        The version folder.

    Raises:
        InputError: as in `export_saved_model` and `export_ranking_model`; if `candidates` or `k` is below 1, or `k` is
            above `candidates`; or if the models cannot retrieve and rank, respectively.
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
