"""Recommendations from an export, in Python."""

import json
from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from tfrec_dl.errors import InputError
from tfrec_dl.ranking.serving.inputs import RankingInputs
from tfrec_dl.ranking.serving.requests import Context, Past, recommend_ranked_requests
from tfrec_dl.serving.features import Table, as_catalogue, embed_features, feature_inputs, tensors
from tfrec_dl.serving.request_rows import Pairs, id_rows, id_rows_beside, padded, pairs
from tfrec_dl.serving.versions import resolve_version

ROWS_AT_ONCE = 256  # bounds the memory of the scores: rows x items x 4 bytes

Outputs = Mapping[str, tf.Tensor]


class Recommender:
    """An exported model, loaded.

    Attributes:
        folder: the version folder it was loaded from.
        k_max: most recommendations that it can give for one history.
        item_features: what it takes of an item that it does not know; empty where it knows items by their ids.
        user_features: what it takes of a user beside the history.
        ranking_inputs: what its ranking stage reads beside ids: `ranking_inputs.asked` names the features of the
            context, `ranking_inputs.past_of_two_stages` the numbers that describe past items; None without that stage.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._saved_model = read_saved_model(folder)
        self._signatures = self._saved_model.signatures
        if "rank" in self._signatures and "recommend_ranked" not in self._signatures:
            raise InputError(f"{folder} ranks candidates that it is given: load it with load_ranker.")
        if "serving_default" not in self._signatures or "recommend_excluding" not in self._signatures:
            raise InputError(
                f"{folder} holds the signatures {sorted(self._signatures)}, which are not a tfrec_dl export's."
            )
        self.k_max = int(self._signatures["serving_default"].structured_outputs["scores"].shape[1])
        network = getattr(self._saved_model, "network", None)
        kinds = {} if network is None else json.loads(network.describe().numpy())
        self.item_features = feature_inputs(kinds.get("item_kinds", {}))
        self.user_features = feature_inputs(kinds.get("user_kinds", {}), reserved=("history",))
        self.ranking_inputs: RankingInputs | None = None
        if "recommend_ranked" in self._signatures:
            description = json.loads(self._saved_model.ranking.describe().numpy())
            self.ranking_inputs = RankingInputs.from_dict(description["inputs"])

    def recommend(
        self,
        histories: Sequence[Sequence[str]],
        k: int = 10,
        exclude: Sequence[Sequence[str]] | None = None,
    ) -> list[Pairs]:
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
        self._check(k)
        rows = id_rows(histories, "histories")
        excluded = None if exclude is None else id_rows_beside(exclude, rows)

        def outputs(part: slice) -> Outputs:
            history = padded(rows[part])
            if excluded is None:
                return self._signatures["serving_default"](history=history)
            return self._signatures["recommend_excluding"](history=history, exclude=padded(excluded[part]))

        return self._in_parts(outputs, len(rows), k)

    def recommend_with_new_items(
        self,
        histories: Sequence[Sequence[str]],
        new_items: Table,
        k: int = 10,
        exclude: Sequence[Sequence[str]] | None = None,
        id_column: str = "item_id",
    ) -> list[Pairs]:
        """As `recommend`, where histories may hold items that are not in the export: they are known by their features.

        They are read, not recommended; `add_items` does that.

        Args:
            histories: item ids, oldest first, a row each; an id is looked up in the export, then in `new_items`.
            new_items: the features of such items, as for `add_items`.
            k: as for `recommend`.
            exclude: as for `recommend`.
            id_column: the table's column of ids.

        Returns:
            As `recommend`.

        Raises:
            InputError: as `recommend`, or if the export takes no features or `new_items` lacks one.
        """
        if not self.item_features:
            raise InputError(f"{self.folder} takes no features of items: its model knows items by their ids.")
        self._check(k)
        rows = id_rows(histories, "histories")
        excluded = [[] for _ in rows] if exclude is None else id_rows_beside(exclude, rows)
        items = as_catalogue(new_items, self.item_features, id_column)
        new = embed_features(self._signatures["embed_item_features"], self.item_features, items)
        positions = {item: position for position, item in enumerate(items.ids)}

        def outputs(part: slice) -> Outputs:
            ids = padded(rows[part])
            flat = self._signatures["embed_items"](item_ids=tf.reshape(ids, [-1]))["vectors"].numpy()
            named = np.array([positions.get(item.decode(), -1) for item in ids.numpy().ravel()], int)
            taken = ~flat.any(axis=1) & (named >= 0)
            flat[taken] = new[named[taken]]
            vectors = tf.constant(flat.reshape(*ids.shape, flat.shape[1]))
            # The history by its ids once more: what the export knows of it is not recommended again.
            exclusions = padded([[*row, *more] for row, more in zip(rows[part], excluded[part], strict=True)])
            return self._signatures["recommend_from_vectors"](history_vectors=vectors, exclude=exclusions)

        return self._in_parts(outputs, len(rows), k)

    def recommend_for_users(
        self, histories: Sequence[Sequence[str]], users: Table, k: int = 10, id_column: str = "user_id"
    ) -> list[Pairs]:
        """As `recommend`, with what is known of the users beside their histories.

        Args:
            histories: item ids, oldest first, a row each.
            users: the features of the users, a row for each history in the same order: a table, the path of one, or a
                `Catalogue`.
            k: as for `recommend`.
            id_column: the table's column of ids.

        Returns:
            As `recommend`.

        Raises:
            InputError: as `recommend`, or if the export takes no features of users or `users` lacks one.
        """
        if not self.user_features:
            raise InputError(f"{self.folder} takes no features of users: its model was trained without.")
        self._check(k)
        rows = id_rows(histories, "histories")
        catalogue = as_catalogue(users, self.user_features, id_column)
        if len(catalogue) != len(rows):
            raise InputError(f"users has {len(catalogue)} rows, but histories has {len(rows)}: give one row for each.")

        def outputs(part: slice) -> Outputs:
            features = tensors(self.user_features, catalogue, part)
            return self._signatures["recommend_for_users"](history=padded(rows[part]), **features)

        return self._in_parts(outputs, len(rows), k)

    def recommend_ranked(
        self,
        user_ids: Sequence[str],
        histories: Sequence[Sequence[str]],
        k: int | None = None,
        context: Context | None = None,
        past: Past | None = None,
        exclude: Sequence[Sequence[str]] | None = None,
    ) -> list[Pairs]:
        """The best of what is retrieved after each history, in the order of the ranking stage.

        Args:
            user_ids: one a history; "" and unknown ones are somebody new.
            histories: item ids, oldest first, a row each. One without an item that the retrieval knows gets the popular
                items, ranked.
            k: recommendations a row; None for as many as the export gives.
            context: feature -> a value for each history, None where missing, for `ranking_inputs.asked`.
            past: as for `Ranker.rank`, for `ranking_inputs.past_of_two_stages`.
            exclude: further ids that must not be recommended, a row for each history.

        Returns:
            For each history up to `k` pairs (item id, score of the ranker), best first.

        Raises:
            InputError: if the export has no ranking stage, `k` is below 1 or above what it gives, or a feature is
                missing or has other numbers of values.
        """
        if self.ranking_inputs is None:
            raise InputError(f"{self.folder} has no ranking stage: write one with export_two_stage.")
        signature = self._signatures["recommend_ranked"]
        most = int(signature.structured_outputs["scores"].shape[1])
        k = most if k is None else k
        if not 1 <= k <= most:
            raise InputError(f"k is {k}, but this export gives 1 to {most} ranked recommendations.")
        requests = recommend_ranked_requests(self.ranking_inputs, user_ids, histories, context, past, exclude)
        found: list[Pairs] = []
        for part in requests.parts():
            answer = signature(**part)
            found += pairs(answer["item_ids"].numpy()[:, :k], answer["scores"].numpy()[:, :k])
        return found

    def _check(self, k: int) -> None:
        if not 1 <= k <= self.k_max:
            raise InputError(
                f"k is {k}, but this export gives 1 to {self.k_max} recommendations (its k_max, or all its items)."
            )

    def _in_parts(self, outputs: Callable[[slice], Outputs], rows: int, k: int) -> list[Pairs]:
        """Asks for some rows at a time."""
        found: list[Pairs] = []
        for start in range(0, rows, ROWS_AT_ONCE):
            part = outputs(slice(start, start + ROWS_AT_ONCE))
            found += pairs(part["item_ids"].numpy()[:, :k], part["scores"].numpy()[:, :k])
        return found


def load(dest: str | PathLike[str]) -> Recommender:
    """Loads the newest version below `dest`, or `dest` itself if it is a version folder.

    Raises:
        InputError: if there is none, or it is damaged or no tfrec_dl export.
    """
    return Recommender(resolve_version(Path(dest)))


def read_saved_model(folder: Path) -> Any:
    """Loads a version folder.

    Raises:
        InputError: if it is damaged.
    """
    try:
        return tf.saved_model.load(str(folder))
    except Exception as error:  # TensorFlow raises many types on damaged files, with messages of many lines
        reason = str(error).strip().split("\n")[0] or type(error).__name__
        raise InputError(f"cannot load {folder}: it is damaged ({reason}); export again.") from error
