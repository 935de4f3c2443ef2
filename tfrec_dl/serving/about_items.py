"""Python access to what an export knows about items: similar items, shown columns and explanations of scores."""

from collections.abc import Sequence

import tensorflow as tf

from tfrec_dl.errors import InputError
from tfrec_dl.serving.attributes.shown import saved_shown, shown_outputs
from tfrec_dl.serving.explanation import Explanation, explanations
from tfrec_dl.serving.loaded_export import LoadedExport
from tfrec_dl.serving.loaded_recommender import ROWS_AT_ONCE, LoadedRecommender, Outputs
from tfrec_dl.serving.names import DESCRIBE_ITEMS, EXPLAIN, SIMILAR_ITEMS, SIMILAR_ITEMS_WITH_RULES
from tfrec_dl.serving.recommendations import Recommendations
from tfrec_dl.serving.refusals import refusals_explained
from tfrec_dl.serving.request_rows import id_list, id_rows, id_rows_beside, padded
from tfrec_dl.serving.rules.requests import rule_tensors, rules_of_rows
from tfrec_dl.serving.rules.rules import Rules


class AboutItems(LoadedRecommender):
    """Answers questions about items.

    Args:
        export: loaded export.

    Attributes:
        shown: columns chosen at export that answers show about items, under the names used by `describe_items`.
    """

    def __init__(self, export: LoadedExport) -> None:
        super().__init__(export)
        self.shown: tuple[str, ...] = ()
        if DESCRIBE_ITEMS in self._signatures:
            self.shown = shown_outputs(saved_shown(export.saved_model.shown).kinds)

    def similar_items(
        self,
        item_ids: Sequence[str],
        k: int = 10,
        exclude: Sequence[Sequence[str]] | None = None,
        rules: Rules | Sequence[Rules] | None = None,
    ) -> list[Recommendations]:
        """Returns the items most similar to each item, without the item itself.

        Args:
            item_ids: item ids.
            k: number of similar items per item, at most `k_max`.
            exclude: ids that must not be listed, one row per item.
            rules: rules as for `recommend`, one for all items or one per item; their scores are the similarities.

        Returns:
            For each item, up to `k` pairs (item id, similarity), most similar first; empty for an unknown item.

        Raises:
            InputError: if `k` is below 1 or above `k_max`, the ids are not a list of ids, rules use attributes that the
                export does not hold, or rules use histories, or the export is too old to have this signature.
        """
        self._check(k)
        items = id_list(item_ids, "item_ids")
        if exclude is not None or rules is not None:
            excluded = id_rows_beside([[]] * len(items) if exclude is None else exclude, [[item] for item in items])
            return self._similar_by_rules(items, k, excluded, rules_of_rows(rules or Rules(), len(items)))
        signature = self._signature(SIMILAR_ITEMS)
        return self._in_parts(lambda part: signature(item_ids=tf.constant(items[part], tf.string)), len(items), k)

    def describe_items(self, item_ids: Sequence[str]) -> list[dict[str, str]]:
        """Returns what the export shows about items, such as their titles.

        Args:
            item_ids: item ids.

        Returns:
            For each item, the columns chosen at export, by name; "" if there is no value, for example for unknown
            items.

        Raises:
            InputError: if the ids are not a list of ids.
        """
        items = id_list(item_ids, "item_ids")
        if not self.shown:
            return [{} for _ in items]
        found = self._signatures[DESCRIBE_ITEMS](item_ids=tf.constant(items, tf.string))
        rows = zip(*(found[name].numpy() for name in self.shown), strict=True)
        return [{name: text.decode() for name, text in zip(self.shown, row, strict=True)} for row in rows]

    def explain(self, histories: Sequence[Sequence[str]], items: Sequence[Sequence[str]]) -> list[list[Explanation]]:
        """Explains the scores of items after a history: how much each history item contributes to each item.

        Args:
            histories: one row of item ids per user, oldest first.
            items: ids of the items to explain, one row per history.

        Returns:
            For each history, one explanation per item; unknown items are left out.

        Raises:
            InputError: if an argument is not a list of lists of ids, or the export is too old to have this signature.
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

    def _similar_by_rules(
        self, items: list[str], k: int, excluded: list[list[str]], rules: Sequence[Rules]
    ) -> list[Recommendations]:
        if any(each.keep_seen is not None for each in rules):
            raise InputError("keep_seen is for histories, but an item is never similar to itself: leave it out.")
        signature = self._signature(SIMILAR_ITEMS_WITH_RULES)

        def outputs(part: slice) -> Outputs:
            asked = rule_tensors(rules[part], excluded[part], k)
            del asked["keep_seen"]
            with refusals_explained():
                return signature(item_ids=tf.constant(items[part], tf.string), **asked)

        return self._in_parts(outputs, len(items), k)
