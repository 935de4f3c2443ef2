"""What an export says about items, in Python: which are alike, what is shown of them, why one is recommended."""

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
    """Questions about items.

    Args:
        export: the export.

    Attributes:
        shown: columns that it shows of items, as `describe_items` names them; those chosen at export.
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
