"""Recommendations from an export, in Python."""

from collections.abc import Sequence

from tfrec_dl.errors import InputError
from tfrec_dl.serving.about_items import AboutItems
from tfrec_dl.serving.by_features import ByFeatures
from tfrec_dl.serving.features import FeatureInput
from tfrec_dl.serving.loaded_recommender import Outputs
from tfrec_dl.serving.names import RECOMMEND_EXCLUDING, RECOMMEND_WITH_RULES, SERVING_DEFAULT
from tfrec_dl.serving.recommendations import Recommendations
from tfrec_dl.serving.refusals import refusals_explained
from tfrec_dl.serving.request_rows import Context, Past, id_rows, id_rows_beside, padded
from tfrec_dl.serving.rules.requests import rule_tensors, rules_of_rows
from tfrec_dl.serving.rules.rules import Rules


class Recommender(AboutItems, ByFeatures):
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

    def _by_rules(
        self, rows: list[list[str]], k: int, excluded: list[list[str]], rules: Sequence[Rules]
    ) -> list[Recommendations]:
        signature = self._signature(RECOMMEND_WITH_RULES)

        def outputs(part: slice) -> Outputs:
            asked = rule_tensors(rules[part], excluded[part], k)
            with refusals_explained():
                return signature(history=padded(rows[part]), **asked)

        return self._in_parts(outputs, len(rows), k)
