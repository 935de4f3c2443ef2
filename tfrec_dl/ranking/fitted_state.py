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
    """What a ranking model learns from its training rows before its weights are trained; training does not change it.

    Attributes:
        users: users with training impressions.
        items: items with training impressions, followed by items known only by their features.
        levels: levels of past items.
        context: preparation of impression features; None if there are none.
        item_features: prepared features of every row of `items`; None if there are none.
        user_features: prepared features of every row of `users`; None if there are none.
        max_length: number of past items of a user to read.
        request_features: raw context features that belong to the request, because they had a single value in each
            training list; the others belong to the candidate. None if no list had two candidates, so that this is
            unknown.
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
        """Returns a copy that knows no user ids and no user features."""
        features = None if self.user_features is None else self.user_features.first(FIRST_ITEM)
        return replace(self, users=Vocabulary.empty(), user_features=features)

    def prepared_features(self) -> Iterator[tuple[str, Mapping[str, Kind], tf.keras.Model]]:
        """Yields name, kinds and preparation of the available features."""
        if self.context is not None:
            yield "context", self.context.fitted.kinds, self.context.preparation
        for name in ("item_features", "user_features"):
            features: Features | None = getattr(self, name)
            if features is not None:
                yield name, features.kinds, features.preparation
