"""The data that a ranking model is built from: vocabularies, objectives, preprocessing and linear parts."""

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
    """The data that a ranking model is built from; all of it is fitted on the training part.

    Attributes:
        users: users with their number of training impressions.
        items: items with their number of training impressions; catalogue items without any come last.
        levels: levels of past items.
        objectives: maps "click", "conversion", "rating", as far as the labels exist, to fitted objectives.
        ratings: [n] float32 training ratings, which initialize an ordinal output; None if weights are loaded later.
        positions: [P] number of training impressions at each position, or None.
        context: preprocessing fitted on the training impressions' features, as returned by `described`, or None.
        context_kinds: maps raw context features to kinds.
        request_features: the context features that belong to the request; see `FittedState`.
        comparisons: the comparison features, or None.
        item_features: catalogue of the items, or None.
        user_features: catalogue of the users, or None.
        fitted_items: preprocessing fitted on the items with training impressions, if they have features.
        fitted_users: preprocessing fitted on the users with training impressions, if they have features.
        unknown: share of the validation impressions with an unseen user, or with an unseen item; the larger of the two.
        linear: maps "click", "rating" to the linear model that the head starts from, if it has one.
        settled_by: number of training impressions that decided the settings which a recipe leaves open; None: that of
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
