"""Export of rating models for TF Serving, and Python access to predictions of an export."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

import numpy as np
import tensorflow as tf

from tfrec_dl.errors import InputError
from tfrec_dl.reviews.model import RatingModel
from tfrec_dl.serving.card import ModelCard
from tfrec_dl.serving.loaded_export import LoadedExport, open_export
from tfrec_dl.serving.names import RATINGS, SERVING_DEFAULT
from tfrec_dl.serving.publishing import publish_module
from tfrec_dl.serving.request_rows import id_list

ROWS_AT_ONCE = 65_536


class SavedRatings:
    """A loaded export of a rating model.

    Args:
        export: loaded export.

    Attributes:
        folder: the version folder it was loaded from.

    Raises:
        InputError: if the export is not of a rating model.
    """

    def __init__(self, export: LoadedExport) -> None:
        self.folder = export.folder
        signature = export.signatures.get(SERVING_DEFAULT)
        if signature is None or set(signature.structured_outputs) != {RATINGS}:
            raise InputError(
                f"{self.folder} is not an export of a rating model: name a folder that export_ratings wrote."
            )
        self._export = export  # keeps alive what the signature reads
        self._signature = signature

    def __repr__(self) -> str:
        """Describes the export in one line."""
        return f"SavedRatings({str(self.folder)!r})"

    def predict_ratings(self, user_ids: Sequence[str] | np.ndarray, item_ids: Sequence[str] | np.ndarray) -> np.ndarray:
        """Does the same as `RatingModel.predict_ratings`: ids [B] and [B] -> ratings [B] float32.

        Raises:
            InputError: if the numbers of users and items differ, or an id is neither text nor an integer.
        """
        if len(user_ids) != len(item_ids):
            raise InputError(
                f"{len(user_ids)} users and {len(item_ids)} items do not form pairs: give one item per user"
            )
        users, items = id_list(user_ids, "user_ids"), id_list(item_ids, "item_ids")
        parts = [
            self._signature(
                user_ids=tf.constant(users[start : start + ROWS_AT_ONCE], tf.string),
                item_ids=tf.constant(items[start : start + ROWS_AT_ONCE], tf.string),
            )[RATINGS].numpy()
            for start in range(0, max(len(users), 1), ROWS_AT_ONCE)
        ]
        return np.concatenate(parts)


def export_ratings(model: RatingModel, dest: str | PathLike[str], card: ModelCard | None = None) -> Path:
    """Exports a rating model to DEST/<next free version>/, which appears only once it is complete.

    The signature `serving_default` takes "user_ids" and "item_ids" [B] string and returns "ratings" [B] float32.

    Args:
        model: a trained model.
        dest: folder of the versions; created if missing.
        card: facts about data, split and metrics; by default the card says they are unknown.

    Returns:
        The version folder.

    Raises:
        InputError: if `dest` is a file or not writable, a weight is not finite, or `tensorflow-serving-api` is not
            installed.
    """
    return publish_module(model.serving_module(), dest, card or ModelCard(name=RATINGS))


def load_ratings(path: str | PathLike[str]) -> SavedRatings:
    """Loads an export made by `export_ratings`.

    Args:
        path: folder of the versions, of which the newest is used, or a single version.

    Raises:
        InputError: if there is no version, it is damaged, or it is not of a rating model.
    """
    return SavedRatings(open_export(path))
