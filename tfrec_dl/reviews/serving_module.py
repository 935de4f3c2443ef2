"""Exported graph of a rating model: takes raw ids of users and items, and returns ratings without reading texts."""

from dataclasses import replace
from typing import Protocol

import numpy as np
import tensorflow as tf

from tfrec_dl.errors import InputError
from tfrec_dl.reviews.documents import NOBODY, Documents
from tfrec_dl.serving.names import RATINGS, SERVING_DEFAULT
from tfrec_dl.serving.signature import Signature, TensorInfo, ids
from tfrec_dl.serving.user_ids import USER_IDS, user_ids_held

EXAMPLES = 10  # number of users and items in the warm-up
PAIRS_OF_TRAINING = "Knows users and items by the reviews of its training; others have bias 0 and an empty document."


class ServableRatings(Protocol):
    """The part of a `RatingModel` that is exported."""

    documents: Documents
    scorer: tf.keras.Model
    biases: tf.keras.Model

    def tables(self) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns user vectors and item vectors, by index."""

    def ratings(self, outputs: tf.Tensor) -> tf.Tensor:
        """Converts outputs of the scorer to ratings [B]."""


class WithoutUsers:
    """A rating model that treats every user as new; an export of it contains no user's id or vector.

    Args:
        model: a trained model.
    """

    def __init__(self, model: ServableRatings) -> None:
        self._model = model
        self.documents = replace(model.documents, user_ids=np.empty(0, dtype=object))
        self.scorer, self.biases = model.scorer, model.biases

    def tables(self) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns the vector of a new user, and item vectors by index."""
        users, items = self._model.tables()
        return users[:1], items

    def ratings(self, outputs: tf.Tensor) -> tf.Tensor:
        """Converts outputs of the scorer to ratings [B]."""
        return self._model.ratings(outputs)

    def serving_module(self, k_max: int = 100) -> "RatingModule":
        """Returns the module to export; `k_max` is ignored."""
        return RatingModule(self)


class RatingModule(tf.Module):
    """The exported graph: id lookups, user and item vectors, and the scorer.

    A pair without a rating has no review to leave out of its documents, so each user and item has one fixed vector.

    Args:
        model: a trained model; the vectors are computed from it now, and the scorer and biases are shared, not copied.

    Raises:
        InputError: if a vector is not finite.
    """

    limit = PAIRS_OF_TRAINING
    longest_example = 1

    def __init__(self, model: ServableRatings) -> None:
        super().__init__(name="ratings")
        tables = [np.asarray(table, np.float32) for table in model.tables()]
        if not all(np.isfinite(table).all() for table in tables):
            raise InputError("the vectors hold NaN or infinity: the training diverged, lower the learning rate.")
        self._tables = [tf.Variable(table, trainable=False) for table in tables]
        self._known = [[str(each) for each in known] for known in (model.documents.user_ids, model.documents.item_ids)]
        self._lookups = [_lookup(known) for known in self._known]

        def ratings(user_vectors: tf.Tensor, item_vectors: tf.Tensor, users: tf.Tensor, items: tf.Tensor) -> tf.Tensor:
            return model.ratings(
                model.scorer([user_vectors, item_vectors, model.biases([users, items])], training=False)
            )

        vectors = [tf.TensorSpec([None, table.shape[1]], tf.float32) for table in tables]
        index = tf.TensorSpec([None], tf.int32)
        self._ratings = tf.function(ratings).get_concrete_function(*vectors, index, index)
        self._scorer_variables = list(self._ratings.graph.variables)

    def signatures(self) -> list[Signature]:
        """Returns the signatures of the export."""
        users, items = (ids("B", sample=tuple(known[:EXAMPLES]) or ("",)) for known in self._known)
        return [
            Signature(
                SERVING_DEFAULT,
                "Predicts the rating of each pair; unknown users and items have bias 0 and an empty document.",
                {"user_ids": users, "item_ids": items},
                {RATINGS: TensorInfo(tf.float32, {"B": None})},
                self.rate,
            )
        ]

    def facts(self) -> dict[str, object]:
        """Returns facts about the export for the model card."""
        users, items = map(len, self._known)
        return {"users": users, "items": items, USER_IDS: user_ids_held(users)}

    def rate(self, user_ids: tf.Tensor, item_ids: tf.Tensor) -> dict[str, tf.Tensor]:
        """Maps ids [B] and [B] to {"ratings": [B] float32}; unknown ids have bias 0 and an empty document."""
        users, items = (lookup.lookup(known) for lookup, known in zip(self._lookups, (user_ids, item_ids), strict=True))
        rows = [tf.gather(table, found) for table, found in zip(self._tables, (users, items), strict=True)]
        return {RATINGS: tf.ensure_shape(self._ratings(*rows, users, items), [None])}


def _lookup(known: list[str]) -> tf.lookup.StaticHashTable:
    keys = tf.constant(["", *known], tf.string)  # a table cannot be empty
    indices = tf.range(NOBODY, NOBODY + len(known) + 1, dtype=tf.int32)
    return tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(keys, indices), NOBODY)
