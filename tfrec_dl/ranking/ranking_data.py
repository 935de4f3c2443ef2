"""What a ranking model is built from: vocabularies, objectives, preprocessing, linear parts."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.catalogue.feature_kinds import Kind
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.features.fitted import FittedFeatures
from tfrec_dl.ranking.data.events import Levels
from tfrec_dl.ranking.features.comparisons import Comparisons
from tfrec_dl.ranking.linear.part import LinearPart
from tfrec_dl.ranking.objectives.fitted import FittedObjective


@dataclass(frozen=True, eq=False)
class RankingData:
    """What a ranking model is built from; all of it is of the training part.

    Attributes:
        users: with their training impressions.
        items: with their training impressions; those of the catalogue without any come last.
        levels: of past items.
        objectives: "click", "conversion", "rating" -> what is learnt of the labels, for those that there are.
        ratings: [n] float32 training ratings, where an ordinal output starts; None where weights are loaded later.
        positions: [P] training impressions at each position, or None.
        context: learnt of the features of the training impressions as of `described`, or None.
        context_kinds: raw feature of the context -> kind.
        request_features: those of them that belong to the request; see `FittedState`.
        comparisons: the other features among these, or None.
        item_features: the items' catalogue, or None.
        user_features: the users' catalogue, or None.
        fitted_items: learnt of the items with training impressions, where they have features.
        fitted_users: learnt of the users with training impressions, likewise.
        unknown: share of the validation impressions whose user, or item, has none to train on; the larger of the two.
        linear: "click", "rating" -> the linear model that the head starts from, for those that have one.
        settled_by: training impressions by which the settings that a recipe leaves open were decided; None: those of
            `users`.
    """

    users: Vocabulary
    items: Vocabulary
    levels: Levels
    objectives: Mapping[str, FittedObjective]
    ratings: np.ndarray | None = None
    positions: np.ndarray | None = None
    context: FittedFeatures | None = None
    context_kinds: Mapping[str, Kind] = field(default_factory=dict)
    request_features: tuple[str, ...] | None = None
    comparisons: Comparisons | None = None
    item_features: Catalogue | None = None
    user_features: Catalogue | None = None
    fitted_items: FittedFeatures | None = None
    fitted_users: FittedFeatures | None = None
    unknown: float = 0.0
    linear: Mapping[str, LinearPart] = field(default_factory=dict)
    settled_by: int | None = None
