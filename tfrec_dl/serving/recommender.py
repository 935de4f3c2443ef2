"""Recommendations from an export, in Python."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

import numpy as np
import tensorflow as tf

from tfrec_dl.errors import InputError
from tfrec_dl.serving.versions import resolve_version

ROWS_AT_ONCE = 256  # bounds the memory of the scores: rows x items x 4 bytes


class Recommender:
    """An exported model, loaded.

    Attributes:
        folder: the version folder it was loaded from.
        k_max: most recommendations that it can give for one history.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._saved_model = _read(folder)
        signatures = self._saved_model.signatures
        if "serving_default" not in signatures or "recommend_excluding" not in signatures:
            raise InputError(f"{folder} holds the signatures {sorted(signatures)}, which are not a tfrec_dl export's.")
        self._recommend = signatures["serving_default"]
        self._recommend_excluding = signatures["recommend_excluding"]
        self.k_max = int(self._recommend.structured_outputs["scores"].shape[1])

    def recommend(
        self,
        histories: Sequence[Sequence[str]],
        k: int = 10,
        exclude: Sequence[Sequence[str]] | None = None,
    ) -> list[list[tuple[str, float]]]:
        """The best items after each history, without those in it.

        Unknown ids are skipped; an empty history gets the popular items, their scores the training counts.

        Args:
            histories: item ids, oldest first, a row each.
            k: recommendations a row, at most `k_max`.
            exclude: further ids that must not be recommended, a row for each history.

        Returns:
            For each history up to `k` pairs (item id, score), best first; fewer where fewer items are left.

        Raises:
            InputError: if `k` is below 1 or above `k_max`, or an argument is not a list of lists of ids.
        """
        if not 1 <= k <= self.k_max:
            raise InputError(
                f"k is {k}, but this export gives 1 to {self.k_max} recommendations (its k_max, or all its items)."
            )
        rows = _rows(histories, "histories")
        excluded = None if exclude is None else _rows(exclude, "exclude")
        if excluded is not None and len(excluded) != len(rows):
            raise InputError(f"exclude has {len(excluded)} rows, but histories has {len(rows)}: give one row for each.")
        found: list[list[tuple[str, float]]] = []
        for start in range(0, len(rows), ROWS_AT_ONCE):
            part = slice(start, start + ROWS_AT_ONCE)
            history = _padded(rows[part])
            if excluded is None:
                outputs = self._recommend(history=history)
            else:
                outputs = self._recommend_excluding(history=history, exclude=_padded(excluded[part]))
            found += _pairs(outputs["item_ids"].numpy()[:, :k], outputs["scores"].numpy()[:, :k])
        return found


def load(dest: str | PathLike[str]) -> Recommender:
    """Loads the newest version below `dest`, or `dest` itself if it is a version folder.

    Raises:
        InputError: if there is none, or it is damaged or no tfrec_dl export.
    """
    return Recommender(resolve_version(Path(dest)))


def _read(folder: Path) -> tf.Module:
    try:
        return tf.saved_model.load(str(folder))
    except Exception as error:  # TensorFlow raises many types on damaged files, with messages of many lines
        reason = str(error).strip().split("\n")[0] or type(error).__name__
        raise InputError(f"cannot load {folder}: it is damaged ({reason}); export again.") from error


def _rows(values: Sequence[Sequence[str]], name: str) -> list[list[str]]:
    if isinstance(values, str) or any(isinstance(row, str) for row in values):
        raise InputError(f"{name} is {values!r:.80}, but must be a list of lists of ids, one list for each user.")
    return [[str(item) for item in row] for row in values]


def _padded(rows: list[list[str]]) -> tf.Tensor:
    """Rows of ids to a string tensor [B, longest], padded with ""."""
    longest = max(map(len, rows), default=0)
    return tf.constant([row + [""] * (longest - len(row)) for row in rows], tf.string, shape=[len(rows), longest])


def _pairs(item_ids: np.ndarray, scores: np.ndarray) -> list[list[tuple[str, float]]]:
    return [
        [(item.decode(), float(score)) for item, score in zip(ids, row, strict=True) if item]
        for ids, row in zip(item_ids, scores, strict=True)
    ]
