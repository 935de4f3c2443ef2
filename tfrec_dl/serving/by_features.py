"""Python access to recommendations by the features of new items and of users."""

import json
from collections.abc import Sequence

import numpy as np
import pandas as pd
import tensorflow as tf

from tfrec_dl.errors import InputError
from tfrec_dl.serving.feature_tables import Table, as_catalogue, embed_features, tensors
from tfrec_dl.serving.features import feature_inputs
from tfrec_dl.serving.loaded_export import LoadedExport
from tfrec_dl.serving.loaded_recommender import LoadedRecommender, Outputs
from tfrec_dl.serving.names import EMBED_ITEM_FEATURES, EMBED_ITEMS, RECOMMEND_FOR_USERS, RECOMMEND_FROM_VECTORS
from tfrec_dl.serving.recommendations import Recommendations
from tfrec_dl.serving.request_rows import id_rows, id_rows_beside, padded


class ByFeatures(LoadedRecommender):
    """Recommends by features in addition to the history.

    Args:
        export: loaded export.

    Attributes:
        item_features: raw features that describe an unknown item; empty if the export knows items only by id.
        user_features: raw features of a user besides the history.
    """

    def __init__(self, export: LoadedExport) -> None:
        super().__init__(export)
        kinds = {}
        if EMBED_ITEM_FEATURES in self._signatures or RECOMMEND_FOR_USERS in self._signatures:
            kinds = json.loads(export.saved_model.network.describe().numpy())
        self._keeps_seen = bool(kinds.get("keep_seen", False))
        self.item_features = feature_inputs(kinds.get("item_kinds", {}))
        self.user_features = feature_inputs(kinds.get("user_kinds", {}), reserved=("history",))

    def recommend_with_new_items(
        self,
        histories: Sequence[Sequence[str]],
        new_items: Table,
        k: int = 10,
        exclude: Sequence[Sequence[str]] | None = None,
        id_column: str = "item_id",
    ) -> list[Recommendations]:
        """Recommends like `recommend`, after histories that may contain new items, which are known by their features.

        New items are read but not recommended; `add_items` makes items recommendable.

        Args:
            histories: one row of item ids per user, oldest first; each id is looked up in the export, then in
                `new_items`.
            new_items: features of these items, as for `add_items`.
            k: as for `recommend`.
            exclude: as for `recommend`.
            id_column: column of item ids in the table.

        Returns:
            The same as `recommend`.

        Raises:
            InputError: as in `recommend`, or if the export takes no features, or `new_items` lacks one.
        """
        if not self.item_features:
            raise InputError(f"{self.folder} takes no features of items: its model knows items by their ids.")
        self._check(k)
        rows = id_rows(histories, "histories")
        excluded = [[] for _ in rows] if exclude is None else id_rows_beside(exclude, rows)
        items = as_catalogue(new_items, self.item_features, id_column)
        new = embed_features(self._signatures[EMBED_ITEM_FEATURES], self.item_features, items)
        positions = {item: position for position, item in enumerate(items.ids)}

        def outputs(part: slice) -> Outputs:
            ids = padded(rows[part])
            flat = self._signatures[EMBED_ITEMS](item_ids=tf.reshape(ids, [-1]))["vectors"].numpy()
            named = np.array([positions.get(item.decode(), -1) for item in ids.numpy().ravel()], int)
            taken = ~flat.any(axis=1) & (named >= 0)
            flat[taken] = new[named[taken]]
            vectors = tf.constant(flat.reshape(*ids.shape, flat.shape[1]))
            # The known items of the history are also passed by id, so that they are not recommended again.
            masked = [[]] * len(rows) if self._keeps_seen else rows
            exclusions = padded([[*row, *more] for row, more in zip(masked[part], excluded[part], strict=True)])
            return self._signatures[RECOMMEND_FROM_VECTORS](history_vectors=vectors, exclude=exclusions)

        return self._in_parts(outputs, len(rows), k)

    def recommend_for_users(
        self, histories: Sequence[Sequence[str]], users: Table, k: int = 10, id_column: str = "user_id"
    ) -> list[Recommendations]:
        """Recommends like `recommend`, and also uses features of the users.

        Args:
            histories: one row of item ids per user, oldest first.
            users: features of the users, one row per history in the same order: a table, its path, or a `Catalogue`. A
                frame needs no ids.
            k: as for `recommend`.
            id_column: column of ids in the table.

        Returns:
            The same as `recommend`.

        Raises:
            InputError: as in `recommend`, or if the export takes no user features, or `users` lacks one.
        """
        if not self.user_features:
            raise InputError(f"{self.folder} takes no features of users: its model was trained without them.")
        self._check(k)
        rows = id_rows(histories, "histories")
        if isinstance(users, pd.DataFrame) and id_column not in users.columns:
            users = users.assign(**{id_column: range(len(users))})
        catalogue = as_catalogue(users, self.user_features, id_column)
        if len(catalogue) != len(rows):
            raise InputError(f"users has {len(catalogue)} rows, but histories has {len(rows)}: give one row for each.")

        def outputs(part: slice) -> Outputs:
            features = tensors(self.user_features, catalogue, part)
            return self._signatures[RECOMMEND_FOR_USERS](history=padded(rows[part]), **features)

        return self._in_parts(outputs, len(rows), k)
