"""Python access to recommendations from an export."""

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
    """A loaded export that recommends.

    Args:
        export: loaded export.

    Attributes:
        folder: the version folder it was loaded from.
        k_max: maximum number of recommendations per history.
        item_features: raw features that describe an unknown item; empty if the export knows items only by id.
        user_features: raw features of a user besides the history.
        shown: columns chosen at export that answers show about items, under the names used by `describe_items`.
        ranks: whether the export has a ranking stage.
        request_features: raw features of a request to the ranking stage; empty without that stage.

    Raises:
        InputError: if the export does not recommend.
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
        """Returns the best items after each history, without items of the history unless the export keeps seen items.

        Unknown ids are skipped. An empty history gets the popular items, scored by their training counts.

        Args:
            histories: one row of item ids per user, oldest first.
            k: number of recommendations per row, at most `k_max`.
            exclude: further ids that must not be recommended, one row per history.
            rules: what may be recommended, what is preferred, and how varied the lists are; one set of rules for all
                histories, or one per history.

        Returns:
            For each history, up to `k` pairs (item id, score), best first; fewer if not enough items are left. Each
            list has a `recommendation_id`.

        Raises:
            InputError: if `k` is below 1 or above `k_max`, an argument is not a list of lists of ids, rules use
                attributes that the export does not hold, or the export is too old to have rules.
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
        """Returns the best items retrieved after each history, ordered by the ranking stage.

        Args:
            user_ids: one user id per history; "" and unknown ids are new users.
            histories: one row of item ids per user, oldest first. A history without any item known to the retrieval
                stage gets the popular items, ranked.
            k: number of recommendations per row; None for as many as the export returns.
            context: maps each of `request_features` to one value per history, None if missing.
            past: as for `Ranker.rank`.
            exclude: further ids that must not be recommended, one row per history.
            rules: as for `recommend`. They apply both to retrieval and, with the ranker's scores, to the final list.

        Returns:
            For each history, up to `k` pairs (item id, score of the ranker), best first.

        Raises:
            InputError: if the export has no ranking stage, `k` is below 1 or above the export's maximum, or a feature
                is missing or has the wrong number of values; for rules, as in `recommend`.
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
