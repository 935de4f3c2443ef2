"""Recommendations from an export, in Python."""

import json
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import tensorflow as tf

from tfrec_dl.errors import InputError
from tfrec_dl.serving.attributes.shown import saved_shown, shown_outputs
from tfrec_dl.serving.explanation import Explanation, explanations
from tfrec_dl.serving.feature_tables import Table, as_catalogue, embed_features, tensors
from tfrec_dl.serving.features import FeatureInput, feature_inputs
from tfrec_dl.serving.loaded_export import LoadedExport
from tfrec_dl.serving.names import (
    DESCRIBE_ITEMS,
    EMBED_ITEM_FEATURES,
    EMBED_ITEMS,
    EXPLAIN,
    RANK,
    RECOMMEND_EXCLUDING,
    RECOMMEND_FOR_USERS,
    RECOMMEND_FROM_VECTORS,
    RECOMMEND_RANKED,
    RECOMMEND_WITH_RULES,
    SERVING_DEFAULT,
    SIMILAR_ITEMS,
    SIMILAR_ITEMS_WITH_RULES,
)
from tfrec_dl.serving.recommendations import Recommendations, recommendations
from tfrec_dl.serving.refusals import refusals_explained
from tfrec_dl.serving.request_rows import Context, Past, id_list, id_rows, id_rows_beside, padded
from tfrec_dl.serving.rules.requests import rule_tensors, rules_of_rows
from tfrec_dl.serving.rules.rules import Rules

ROWS_AT_ONCE = 256
SCORES_AT_ONCE = 1 << 25  # rows x items, 4 bytes each: fewer rows where there are many items

Outputs = Mapping[str, tf.Tensor]


class Recommender:
    """An exported model, loaded.

    Args:
        export: the export.

    Attributes:
        folder: the version folder it was loaded from.
        k_max: most recommendations that it can give for one history.
        item_features: raw features of an item that it does not know; empty where it knows items by their ids.
        user_features: raw features of a user beside the history.
        shown: columns that it shows of items, as `describe_items` names them; those chosen at export.
        ranks: whether it has a ranking stage.
        request_features: raw features of a request to its ranking stage; empty without that stage.

    Raises:
        InputError: if the export recommends nothing.
    """

    ranks = False
    request_features: tuple[FeatureInput, ...] = ()

    def __init__(self, export: LoadedExport) -> None:
        self.folder = export.folder
        self._export = export  # holds what the signatures read
        self._signatures = signatures = export.signatures
        if RANK in signatures and RECOMMEND_RANKED not in signatures:
            raise InputError(f"{self.folder} ranks candidates that it is given: load it with load_ranker.")
        if SERVING_DEFAULT not in signatures or RECOMMEND_EXCLUDING not in signatures:
            names = sorted(signatures)
            raise InputError(f"{self.folder} holds the signatures {names}, which are not a tfrec_dl export's.")
        self.k_max = int(signatures[SERVING_DEFAULT].structured_outputs["scores"].shape[1])
        kinds = {}
        if EMBED_ITEM_FEATURES in signatures or RECOMMEND_FOR_USERS in signatures:
            kinds = json.loads(export.saved_model.network.describe().numpy())
        self.shown: tuple[str, ...] = ()
        if DESCRIBE_ITEMS in signatures:
            self.shown = shown_outputs(saved_shown(export.saved_model.shown).kinds)
        self._keeps_seen = bool(kinds.get("keep_seen", False))
        self.item_features = feature_inputs(kinds.get("item_kinds", {}))
        self.user_features = feature_inputs(kinds.get("user_kinds", {}), reserved=("history",))

    def recommend(
        self,
        histories: Sequence[Sequence[str]],
        k: int = 10,
        exclude: Sequence[Sequence[str]] | None = None,
        rules: Rules | Sequence[Rules] | None = None,
    ) -> list[Recommendations]:
        """The best items after each history, without those in it unless the export keeps seen items.

        Unknown ids are skipped; an empty history gets the popular items, their scores the training counts.

        Args:
            histories: item ids, oldest first, a row each.
            k: recommendations a row, at most `k_max`.
            exclude: further ids that must not be recommended, a row for each history.
            rules: what may be recommended, what is preferred, how varied the lists are; one for all, or one for each
                history.

        Returns:
            For each history up to `k` pairs (item id, score), best first; fewer where fewer items are left. Each list
            has a `recommendation_id`.

        Raises:
            InputError: if `k` is below 1 or above `k_max`, an argument is not a list of lists of ids, rules are of
                attributes that the export does not hold, or it was written before there were rules.
        """
        self._check(k)
        rows = id_rows(histories, "histories")
        excluded = None if exclude is None else id_rows_beside(exclude, rows)
        if rules is not None:
            return self._by_rules(rows, k, excluded or [[]] * len(rows), rules_of_rows(rules, len(rows)))

        def outputs(part: slice) -> Outputs:
            history = padded(rows[part])
            if excluded is None:
                return self._signatures[SERVING_DEFAULT](history=history)
            return self._signatures[RECOMMEND_EXCLUDING](history=history, exclude=padded(excluded[part]))

        return self._in_parts(outputs, len(rows), k)

    def similar_items(
        self,
        item_ids: Sequence[str],
        k: int = 10,
        exclude: Sequence[Sequence[str]] | None = None,
        rules: Rules | Sequence[Rules] | None = None,
    ) -> list[Recommendations]:
        """The items most like each item, without itself.

        Args:
            item_ids: the items.
            k: similar ones of each, at most `k_max`.
            exclude: ids that must not be listed, a row for each item.
            rules: as for `recommend`, one for all or one for each item; their scores are the similarities.

        Returns:
            For each item up to `k` pairs (item id, similarity), the most similar first; none for an unknown item.

        Raises:
            InputError: if `k` is below 1 or above `k_max`, the ids are no list of ids, rules are of attributes that the
                export does not hold, or of histories, or the export is from before there was this signature.
        """
        self._check(k)
        items = id_list(item_ids, "item_ids")
        if exclude is not None or rules is not None:
            excluded = id_rows_beside([[]] * len(items) if exclude is None else exclude, [[item] for item in items])
            return self._similar_by_rules(items, k, excluded, rules_of_rows(rules or Rules(), len(items)))
        signature = self._signature(SIMILAR_ITEMS)
        return self._in_parts(lambda part: signature(item_ids=tf.constant(items[part], tf.string)), len(items), k)

    def _similar_by_rules(
        self, items: list[str], k: int, excluded: list[list[str]], rules: Sequence[Rules]
    ) -> list[Recommendations]:
        if any(each.keep_seen is not None for each in rules):
            raise InputError("keep_seen is of a history, and an item is never like itself: leave it out.")
        signature = self._signature(SIMILAR_ITEMS_WITH_RULES)

        def outputs(part: slice) -> Outputs:
            asked = rule_tensors(rules[part], excluded[part], k)
            del asked["keep_seen"]
            with refusals_explained():
                return signature(item_ids=tf.constant(items[part], tf.string), **asked)

        return self._in_parts(outputs, len(items), k)

    def describe_items(self, item_ids: Sequence[str]) -> list[dict[str, str]]:
        """What the export shows of items, such as their titles.

        Args:
            item_ids: the items.

        Returns:
            For each item the columns that were chosen at export, by name; "" where nothing is known, as of unknown
            items.

        Raises:
            InputError: if the ids are no list of ids.
        """
        items = id_list(item_ids, "item_ids")
        if not self.shown:
            return [{} for _ in items]
        found = self._signatures[DESCRIBE_ITEMS](item_ids=tf.constant(items, tf.string))
        rows = zip(*(found[name].numpy() for name in self.shown), strict=True)
        return [{name: text.decode() for name, text in zip(self.shown, row, strict=True)} for row in rows]

    def explain(self, histories: Sequence[Sequence[str]], items: Sequence[Sequence[str]]) -> list[list[Explanation]]:
        """Why items have their scores after a history: what of it speaks for each, and how much.

        Args:
            histories: item ids, oldest first, a row each.
            items: ids of the items to explain, a row for each history.

        Returns:
            For each history an explanation of each of its items, unknown ones left out.

        Raises:
            InputError: if an argument is not a list of lists of ids, or the export is from before there was this
                signature.
        """
        rows = id_rows(histories, "histories")
        asked = id_rows_beside(items, rows, "items")
        signature = self._signature(EXPLAIN)
        found: list[list[Explanation]] = []
        for start in range(0, len(rows), ROWS_AT_ONCE):
            part = slice(start, start + ROWS_AT_ONCE)
            answer = signature(history=padded(rows[part]), item_ids=padded(asked[part]))
            values = {name: value.numpy() for name, value in answer.items()}
            for row, (history, wanted) in enumerate(zip(rows[part], asked[part], strict=True)):
                found.append(explanations(history, wanted, {name: value[row] for name, value in values.items()}))
        return found

    def _by_rules(
        self, rows: list[list[str]], k: int, excluded: list[list[str]], rules: Sequence[Rules]
    ) -> list[Recommendations]:
        signature = self._signature(RECOMMEND_WITH_RULES)

        def outputs(part: slice) -> Outputs:
            asked = rule_tensors(rules[part], excluded[part], k)
            with refusals_explained():
                return signature(history=padded(rows[part]), **asked)

        return self._in_parts(outputs, len(rows), k)

    def recommend_with_new_items(
        self,
        histories: Sequence[Sequence[str]],
        new_items: Table,
        k: int = 10,
        exclude: Sequence[Sequence[str]] | None = None,
        id_column: str = "item_id",
    ) -> list[Recommendations]:
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
        new = embed_features(self._signatures[EMBED_ITEM_FEATURES], self.item_features, items)
        positions = {item: position for position, item in enumerate(items.ids)}

        def outputs(part: slice) -> Outputs:
            ids = padded(rows[part])
            flat = self._signatures[EMBED_ITEMS](item_ids=tf.reshape(ids, [-1]))["vectors"].numpy()
            named = np.array([positions.get(item.decode(), -1) for item in ids.numpy().ravel()], int)
            taken = ~flat.any(axis=1) & (named >= 0)
            flat[taken] = new[named[taken]]
            vectors = tf.constant(flat.reshape(*ids.shape, flat.shape[1]))
            # The history by its ids once more: what the export knows of it is not recommended again.
            masked = [[]] * len(rows) if self._keeps_seen else rows
            exclusions = padded([[*row, *more] for row, more in zip(masked[part], excluded[part], strict=True)])
            return self._signatures[RECOMMEND_FROM_VECTORS](history_vectors=vectors, exclude=exclusions)

        return self._in_parts(outputs, len(rows), k)

    def recommend_for_users(
        self, histories: Sequence[Sequence[str]], users: Table, k: int = 10, id_column: str = "user_id"
    ) -> list[Recommendations]:
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
            return self._signatures[RECOMMEND_FOR_USERS](history=padded(rows[part]), **features)

        return self._in_parts(outputs, len(rows), k)

    def recommend_ranked(
        self,
        user_ids: Sequence[str],
        histories: Sequence[Sequence[str]],
        k: int | None = None,
        context: Context | None = None,
        past: Past | None = None,
        exclude: Sequence[Sequence[str]] | None = None,
        rules: Rules | Sequence[Rules] | None = None,
    ) -> list[Recommendations]:
        """The best of what is retrieved after each history, in the order of the ranking stage.

        Args:
            user_ids: one a history; "" and unknown ones are new users.
            histories: item ids, oldest first, a row each. One without an item that the retrieval knows gets the popular
                items, ranked.
            k: recommendations a row; None for as many as the export gives.
            context: feature -> a value for each history, None where missing, for `request_features`.
            past: as for `Ranker.rank`.
            exclude: further ids that must not be recommended, a row for each history.
            rules: as for `recommend`: they say what is retrieved, and what the list is made of, by the scores of the
                ranker.

        Returns:
            For each history up to `k` pairs (item id, score of the ranker), best first.

        Raises:
            InputError: if the export has no ranking stage, `k` is below 1 or above what it gives, a feature is missing
                or has other numbers of values, or as `recommend` for rules.
        """
        raise InputError(f"{self.folder} has no ranking stage: write one with export_two_stage.")

    def _signature(self, name: str) -> Callable[..., Outputs]:
        """A signature that exports of earlier versions lack.

        Raises:
            InputError: if this one does.
        """
        if name not in self._signatures:
            raise InputError(f"{self.folder} has no signature {name}: it is of an earlier version, export it again.")
        function: Callable[..., Outputs] = self._signatures[name]
        return function

    def _check(self, k: int) -> None:
        if not 1 <= k <= self.k_max:
            raise InputError(
                f"k is {k}, but this export gives 1 to {self.k_max} recommendations (its k_max, or all its items)."
            )

    def _in_parts(self, outputs: Callable[[slice], Outputs], rows: int, k: int) -> list[Recommendations]:
        """Asks for some rows at a time."""
        found: list[Recommendations] = []
        step = max(1, min(ROWS_AT_ONCE, SCORES_AT_ONCE // self._export.size))
        for start in range(0, rows, step):
            found += recommendations(outputs(slice(start, start + step)), k)
        return found
