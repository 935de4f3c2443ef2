"""Fitted state of a ranking model: its vocabularies and prepared features."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import tensorflow as tf

from tfrec_dl.data.catalogue.feature_kinds import Kind
from tfrec_dl.data.vocabulary import FIRST_ITEM, Vocabulary
from tfrec_dl.features.prepared import Features
from tfrec_dl.ranking.data.events import Levels
from tfrec_dl.ranking.features.impression_features import ImpressionFeatures


@dataclass(frozen=True, eq=False)
class FittedState:
    """What a ranking model has learnt of its training rows before its weights are trained; no training changes it.

    Attributes:
        users: those with training impressions.
        items: those with training impressions, then those known by their features alone.
        levels: of past items.
        context: what prepares the features of impressions; None without any.
        item_features: prepared, of every row of `items`; None without any.
        user_features: prepared, of every row of `users`; None without any.
        max_length: past items of a user that are read.
        request_features: raw features of the context that belong to the request, for each training list had one value
            of them; the others belong to the candidate. None where no list had two candidates, which leaves it open.
    """

    users: Vocabulary
    items: Vocabulary
    levels: Levels
    context: ImpressionFeatures | None
    item_features: Features | None
    user_features: Features | None
    max_length: int
    request_features: tuple[str, ...] | None = None

    def without_users(self) -> "FittedState":
        """The same, which knows neither an id of a user nor a user's features."""
        features = None if self.user_features is None else self.user_features.first(FIRST_ITEM)
        return replace(self, users=Vocabulary.empty(), user_features=features)

    def prepared_features(self) -> Iterator[tuple[str, Mapping[str, Kind], tf.keras.Model]]:
        """Name, kinds and preparation of what features there are."""
        if self.context is not None:
            yield "context", self.context.fitted.kinds, self.context.preparation
        for name in ("item_features", "user_features"):
            features: Features | None = getattr(self, name)
            if features is not None:
                yield name, features.kinds, features.preparation
