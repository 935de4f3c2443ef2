"""Signatures of retrieval models that read raw features of items or users."""

from collections.abc import Callable
from typing import Protocol

import tensorflow as tf

from tfrec_dl.data.vocabulary import PADDING
from tfrec_dl.retrieval.serving.network import Network
from tfrec_dl.serving.features import FeatureInput
from tfrec_dl.serving.names import EMBED_ITEM_FEATURES, RECOMMEND_FOR_USERS, RECOMMEND_FROM_VECTORS
from tfrec_dl.serving.ragged_rows import compact
from tfrec_dl.serving.signature import Signature, TensorInfo, ids, raw_features

Answer = dict[str, tf.Tensor]


class ReadsFeatures(Protocol):
    """The part of a `RetrievalModule` that these signatures use."""

    network: Network
    max_length: int | None
    item_features: tuple[FeatureInput, ...]
    user_features: tuple[FeatureInput, ...]

    @property
    def examples(self) -> tuple[str, ...]:
        """Example ids."""

    @property
    def recommendations(self) -> dict[str, TensorInfo]:
        """Returns the outputs of a signature that recommends."""

    def vectors(self, *axes: str) -> TensorInfo:
        """Describes vectors of items or histories, an input or output with these axes and D."""

    def lookup(self, ids: tf.Tensor) -> tf.Tensor:
        """Converts ids to indices of the same shape; "" and unknown ids become 0."""

    def masked(self, seen: tf.Tensor) -> tf.Tensor:
        """Returns what must not be recommended after histories: [B, M] int32."""

    def query(self, seen: tf.Tensor, user: tf.Tensor | None = None) -> tf.Tensor:
        """Query vectors of histories: indices [B, L] int32, 0 anywhere, and users [B, D - 1] -> [B, D]."""

    def nearest(
        self, queries: tf.Tensor, has_history: tf.Tensor, masked: tf.Tensor, usable: Callable[[tf.Tensor], tf.Tensor]
    ) -> Answer:
        """Returns the items with the largest products with queries, as a signature's output."""


def item_feature_signatures(module: ReadsFeatures) -> list[Signature]:
    """Returns the signatures of a model that represents items by their features."""
    exclude = ids("B", "E", sample=module.examples)
    return [
        Signature(
            EMBED_ITEM_FEATURES,
            "Gives the vectors of items from their features, whether the items are known or not.",
            raw_features(module.item_features, "N"),
            {"vectors": module.vectors("N")},
            lambda **features: {"vectors": module.network.embed_item(features)},
        ),
        Signature(
            RECOMMEND_FROM_VECTORS,
            "Recommends after histories of item vectors, without the items of `exclude`. Vectors that are zero or not "
            "finite are padding.",
            {"history_vectors": module.vectors("B", "L"), "exclude": exclude},
            module.recommendations,
            lambda history_vectors, exclude: _from_vectors(module, history_vectors, exclude),
        ),
    ]


def user_feature_signature(module: ReadsFeatures) -> Signature:
    """Returns the signature of a model that reads features of users."""
    return Signature(
        RECOMMEND_FOR_USERS,
        "Recommends as `serving_default`, and reads the users' features too.",
        {"history": ids("B", "L", sample=module.examples), **raw_features(module.user_features, "B")},
        module.recommendations,
        lambda history, **features: _for_users(module, history, features),
    )


def _from_vectors(module: ReadsFeatures, history_vectors: tf.Tensor, exclude: tf.Tensor) -> Answer:
    finite = tf.reduce_all(tf.math.is_finite(history_vectors), axis=2)
    known = tf.reduce_any(history_vectors != 0, axis=2) & finite
    # The encoder reads item vectors without the bias, and of `history` only where it ends.
    embedded = compact(history_vectors, known, module.max_length)[..., :-1]
    history = compact(tf.cast(known, tf.int32), known, module.max_length)
    has_history = tf.reduce_any(known, axis=1)
    queries = module.network.queries(history, embedded)
    return module.nearest(queries, has_history, module.lookup(exclude), _where_finite(has_history))


def _for_users(module: ReadsFeatures, history: tf.Tensor, features: dict[str, tf.Tensor]) -> Answer:
    seen = module.lookup(history)
    has_history = tf.reduce_any(seen != PADDING, axis=1)
    queries = module.query(seen, module.network.embed_user(features))
    return module.nearest(queries, has_history, module.masked(seen), _where_finite(has_history))


def _where_finite(has_history: tf.Tensor) -> Callable[[tf.Tensor], tf.Tensor]:
    """Returns a function that finds the rows with finite scores: finite but huge features can overflow them."""
    return lambda scores: has_history & tf.reduce_all(tf.math.is_finite(scores), axis=1)
