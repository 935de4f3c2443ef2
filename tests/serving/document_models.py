"""The models that docs/serving.md asks, small and untrained."""

import numpy as np

from tests.ranking.serving.ranking import PRICE, log, made
from tests.serving.stand_in import StandInModel, chain_model, vocabulary_of
from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.catalogue.columns import Choice
from tfrec_dl.data.catalogue.feature_kinds import Kind
from tfrec_dl.ranking.data.columns import ImpressionColumns
from tfrec_dl.ranking.data.feedback import Feedback
from tfrec_dl.ranking.data.impressions import Impressions
from tfrec_dl.ranking.data.splits import split_in_time
from tfrec_dl.ranking.model import RankingModel
from tfrec_dl.recipes.named import get_recipe
from tfrec_dl.retrieval.build import build_model
from tfrec_dl.retrieval.model import RetrievalModel

IDS = ("318", "296", "593", "50", "527")
FILMS: dict[str, Kind] = {"title": "text", "genres": "multi_category", "year": "number"}


def movies_model() -> StandInModel:
    """Knows items by their ids."""
    return chain_model(IDS)


def films_model() -> RetrievalModel:
    """A hybrid model with features of users, that does not know "new-1" and "new-2"."""
    titles = np.array(["whales of the storm", "the storm of war"] * 3, object)
    genres = np.array(["Sea|Drama", "War"] * 3, object)
    columns = {"title": titles[:5], "genres": genres[:5], "year": np.arange(1994, 1999, dtype=np.float32)}
    users = Catalogue(np.array(["u", "v"], object), {"age": "number"}, {"age": np.array([20, 60], np.float32)})
    recipe = get_recipe("gru").with_settings({"kind": "hybrid", "dimension": 4, "units": 4})
    items = Catalogue(np.array(IDS, object), FILMS, columns)
    return build_model(recipe, vocabulary_of(IDS), items, users)


def shop_ranker() -> RankingModel:
    """A ranker with a feature of the request and one of the candidate."""
    frame = log(items=IDS)[["user_id", "item_id", "timestamp", "list", "device", PRICE, "click"]]
    context: dict[str, Choice] = {"device": "category", "price": "number"}
    columns = ImpressionColumns(lists=("list",), context=context)
    impressions = Impressions.from_frame(frame.rename(columns={PRICE: "price"}), Feedback("click"), columns)
    return made(split_in_time(impressions))
