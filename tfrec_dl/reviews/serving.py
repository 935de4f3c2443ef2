"""Rating models in TF Serving: raw ids of a user and an item in, the rating out, no text read."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

import numpy as np
import tensorflow as tf

from tfrec_dl.errors import InputError
from tfrec_dl.reviews.documents import NOBODY
from tfrec_dl.reviews.model import RatingModel
from tfrec_dl.serving.card import ModelCard
from tfrec_dl.serving.loaded_export import LoadedExport, open_export
from tfrec_dl.serving.names import SERVING_DEFAULT
from tfrec_dl.serving.publishing import publish_module
from tfrec_dl.serving.signature import Signature, TensorInfo, ids

ROWS_AT_ONCE = 65_536
EXAMPLES = 10  # users and items in the warm-up
RATINGS = "ratings"
PAIRS_OF_TRAINING = "Knows users and items by the reviews of its training; others have bias 0 and an empty document."


class RatingModule(tf.Module):
    """The graph that is exported: id lookups, the vectors of users and items, the scorer.

    A pair that has no rating yet has no review to leave out of its documents, so each user and item has one vector.

    Args:
        model: a trained model; its weights are read now and shared, not copied.

    Raises:
        InputError: if a vector is not finite.
    """

    limit = PAIRS_OF_TRAINING
    longest_example = 1

    def __init__(self, model: RatingModel) -> None:
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
        """Signatures of the export."""
        users, items = (ids("B", sample=tuple(known[:EXAMPLES])) for known in self._known)
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
        """Facts about the export for the model card."""
        return dict(zip(("users", "items"), map(len, self._known), strict=True))

    def rate(self, user_ids: tf.Tensor, item_ids: tf.Tensor) -> dict[str, tf.Tensor]:
        """Ids [B] and [B] -> {"ratings": [B] float32}; unknown ones have bias 0 and an empty document."""
        users, items = (lookup.lookup(known) for lookup, known in zip(self._lookups, (user_ids, item_ids), strict=True))
        rows = [tf.gather(table, found) for table, found in zip(self._tables, (users, items), strict=True)]
        return {RATINGS: tf.ensure_shape(self._ratings(*rows, users, items), [None])}


class SavedRatings:
    """An exported rating model, loaded.

    Args:
        export: the export.

    Attributes:
        folder: the version folder it was loaded from.

    Raises:
        InputError: if it is another model's.
    """

    def __init__(self, export: LoadedExport) -> None:
        self.folder = export.folder
        signature = export.signatures.get(SERVING_DEFAULT)
        if signature is None or set(signature.structured_outputs) != {RATINGS}:
            raise InputError(f"{self.folder} is no export of a rating model: name a folder that export_ratings wrote.")
        self._export = export  # holds what the signature reads
        self._signature = signature

    def predict_ratings(self, user_ids: Sequence[str] | np.ndarray, item_ids: Sequence[str] | np.ndarray) -> np.ndarray:
        """As `RatingModel.predict_ratings`: ids [B] and [B] -> ratings [B] float32.

        Raises:
            InputError: if there are not as many users as items.
        """
        if len(user_ids) != len(item_ids):
            raise InputError(f"{len(user_ids)} users and {len(item_ids)} items are no pairs: give one item a user")
        users, items = ([str(value) for value in given] for given in (user_ids, item_ids))
        parts = [
            self._signature(
                user_ids=tf.constant(users[start : start + ROWS_AT_ONCE], tf.string),
                item_ids=tf.constant(items[start : start + ROWS_AT_ONCE], tf.string),
            )[RATINGS].numpy()
            for start in range(0, max(len(users), 1), ROWS_AT_ONCE)
        ]
        return np.concatenate(parts)


def export_ratings(model: RatingModel, dest: str | PathLike[str], card: ModelCard | None = None) -> Path:
    """Exports a rating model to DEST/<next free version>/, which appears complete or not at all.

    The signature `serving_default` takes "user_ids" and "item_ids" [B] string and gives "ratings" [B] float32.

    Args:
        model: a trained model.
        dest: folder of the versions, created if missing.
        card: what is known about data, split and metrics; by default the card calls them unknown.

    Returns:
        The version folder.

    Raises:
        InputError: if `dest` is a file or cannot be written to, a weight is not finite, or `tensorflow-serving-api` is
            not installed.
    """
    return publish_module(RatingModule(model), dest, card or ModelCard(name=RATINGS))


def load_ratings(path: str | PathLike[str]) -> SavedRatings:
    """Loads an export of `export_ratings`.

    Args:
        path: the folder of the versions, of which the newest is taken, or one version.

    Raises:
        InputError: if there is none, or it is damaged or no rating model's.
    """
    return SavedRatings(open_export(path))


def _lookup(known: list[str]) -> tf.lookup.StaticHashTable:
    keys = tf.constant(known, tf.string)
    indices = tf.range(1, len(known) + 1, dtype=tf.int32)
    return tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(keys, indices), NOBODY)
