"""A rating model for TF Serving: raw ids of a user and an item in, the rating out, no text read."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from os import PathLike
from pathlib import Path

import numpy as np
import tensorflow as tf

from tfrec_dl.errors import InputError
from tfrec_dl.reviews.documents import NOBODY
from tfrec_dl.reviews.model import RatingModel
from tfrec_dl.serving.recommender import read_saved_model
from tfrec_dl.serving.versions import create_temporary_folder, publish, resolve_version

ROWS_AT_ONCE = 65_536


class RatingModule(tf.Module):
    """The graph that is exported: id lookups, the vectors of users and items, the scorer.

    A pair that has no rating yet has no review to leave out of its documents, so each user and item has one vector.

    Args:
        model: a trained model; its weights are read now and shared, not copied.

    Raises:
        InputError: if a vector is not finite.
    """

    def __init__(self, model: RatingModel) -> None:
        super().__init__(name="ratings")
        tables = [np.asarray(table, np.float32) for table in model.tables()]
        if not all(np.isfinite(table).all() for table in tables):
            raise InputError("the vectors hold NaN or infinity: the training diverged, lower the learning rate.")
        self._tables = [tf.Variable(table, trainable=False) for table in tables]
        self._lookups = [_lookup(ids) for ids in (model.documents.user_ids, model.documents.item_ids)]

        def ratings(user_vectors: tf.Tensor, item_vectors: tf.Tensor, users: tf.Tensor, items: tf.Tensor) -> tf.Tensor:
            return model.ratings(
                model.scorer([user_vectors, item_vectors, model.biases([users, items])], training=False)
            )

        vectors = [tf.TensorSpec([None, table.shape[1]], tf.float32) for table in tables]
        index = tf.TensorSpec([None], tf.int32)
        self._ratings = tf.function(ratings).get_concrete_function(*vectors, index, index)
        self._scorer_variables = list(self._ratings.graph.variables)

    @tf.function(
        input_signature=[tf.TensorSpec([None], tf.string, "user_ids"), tf.TensorSpec([None], tf.string, "item_ids")]
    )
    def rate(self, user_ids: tf.Tensor, item_ids: tf.Tensor) -> dict[str, tf.Tensor]:
        """Ids [B] and [B] -> {"ratings": [B] float32}; unknown ones have bias 0 and an empty document."""
        users, items = (lookup.lookup(ids) for lookup, ids in zip(self._lookups, (user_ids, item_ids), strict=True))
        rows = [tf.gather(table, found) for table, found in zip(self._tables, (users, items), strict=True)]
        return {"ratings": tf.ensure_shape(self._ratings(*rows, users, items), [None])}


class SavedRatings:
    """An exported rating model, loaded.

    Attributes:
        folder: the version folder it was loaded from.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._saved_model = read_saved_model(folder)
        signature = self._saved_model.signatures.get("serving_default")
        if signature is None or set(signature.structured_outputs) != {"ratings"}:
            raise InputError(f"{folder} is no export of a rating model: name a folder that export_ratings wrote.")
        self._signature = signature

    def predict_ratings(self, user_ids: Sequence[str] | np.ndarray, item_ids: Sequence[str] | np.ndarray) -> np.ndarray:
        """As `RatingModel.predict_ratings`: ids [B] and [B] -> ratings [B] float32.

        Raises:
            InputError: if there are not as many users as items.
        """
        if len(user_ids) != len(item_ids):
            raise InputError(f"{len(user_ids)} users and {len(item_ids)} items are no pairs: give one item a user")
        users, items = ([str(value) for value in ids] for ids in (user_ids, item_ids))
        parts = [
            self._signature(
                user_ids=tf.constant(users[start : start + ROWS_AT_ONCE], tf.string),
                item_ids=tf.constant(items[start : start + ROWS_AT_ONCE], tf.string),
            )["ratings"].numpy()
            for start in range(0, max(len(users), 1), ROWS_AT_ONCE)
        ]
        return np.concatenate(parts)


def export_ratings(model: RatingModel, dest: str | PathLike[str]) -> Path:
    """Exports a rating model to DEST/<next free version>/, which appears complete or not at all.

    The signature `serving_default` takes "user_ids" and "item_ids" [B] string and gives "ratings" [B] float32.

    Args:
        model: a trained model.
        dest: folder of the versions, created if missing.

    Returns:
        The version folder.

    Raises:
        InputError: if `dest` is a file or cannot be written to, or a weight is not finite.
    """
    module = RatingModule(model)
    dest = Path(os.path.abspath(dest))
    temporary = create_temporary_folder(dest)
    try:
        options = tf.saved_model.SaveOptions(experimental_custom_gradients=False)
        tf.saved_model.save(module, str(temporary), signatures={"serving_default": module.rate}, options=options)
        return publish(temporary, dest)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def load_ratings(path: str | PathLike[str]) -> SavedRatings:
    """Loads an export of `export_ratings`.

    Args:
        path: the folder of the versions, of which the newest is taken, or one version.

    Raises:
        InputError: if there is none, or it is damaged or no rating model's.
    """
    return SavedRatings(resolve_version(Path(path)))


def _lookup(ids: np.ndarray) -> tf.lookup.StaticHashTable:
    keys = tf.constant([str(value) for value in ids], tf.string)
    indices = tf.range(1, len(ids) + 1, dtype=tf.int32)
    return tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(keys, indices), NOBODY)
