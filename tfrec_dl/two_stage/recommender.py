"""Python access to recommendations from a two-stage export."""

import json
from collections.abc import Sequence
from numbers import Integral

import tensorflow as tf

from tfrec_dl.errors import InputError
from tfrec_dl.ranking.serving.inputs import RankingInputs
from tfrec_dl.ranking.serving.requests import recommend_ranked_requests
from tfrec_dl.serving.loaded_export import LoadedExport
from tfrec_dl.serving.names import RECOMMEND_RANKED, RECOMMEND_RANKED_WITH_RULES
from tfrec_dl.serving.recommendations import Recommendations, recommendations
from tfrec_dl.serving.recommender import Recommender
from tfrec_dl.serving.refusals import refusals_explained
from tfrec_dl.serving.request_rows import Context, Past, id_rows, id_rows_beside
from tfrec_dl.serving.rules.requests import rule_tensors, rules_of_rows
from tfrec_dl.serving.rules.rules import Rules
from tfrec_dl.two_stage.rules import rule_names


class TwoStageRecommender(Recommender):
    """A loaded two-stage export.

    Args:
        export: loaded export.

    Attributes:
        ranking_inputs: inputs of the ranking stage; `ranking_inputs.past_of_two_stages` names the numbers that describe
            past items.
    """

    ranks = True

    def __init__(self, export: LoadedExport) -> None:
        super().__init__(export)
        description = json.loads(export.saved_model.ranking.describe().numpy())
        self.ranking_inputs = RankingInputs.from_dict(description["inputs"])
        self.request_features = self.ranking_inputs.asked

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
        """See `Recommender.recommend_ranked`."""
        signature = self._signature(RECOMMEND_RANKED if rules is None else RECOMMEND_RANKED_WITH_RULES)
        most = int(self._signatures[RECOMMEND_RANKED].structured_outputs["scores"].shape[1])
        k = most if k is None else k
        if not isinstance(k, Integral) or not 1 <= k <= most:
            raise InputError(f"k is {k!r}, but this export gives 1 to {most} ranked recommendations.")
        requests = recommend_ranked_requests(self.ranking_inputs, user_ids, histories, context, past, exclude)
        if rules is not None:
            requests = requests.with_inputs(self._rule_inputs(rules, histories, exclude, k))
        found: list[Recommendations] = []
        for part in requests.parts():
            with refusals_explained():
                answer = signature(**part)
            found += recommendations(answer, k)
        return found

    def _rule_inputs(
        self,
        rules: Rules | Sequence[Rules],
        histories: Sequence[Sequence[str]],
        exclude: Sequence[Sequence[str]] | None,
        k: int,
    ) -> dict[str, tf.Tensor]:
        """Returns the rule inputs by name."""
        names = rule_names(tuple(self.ranking_inputs.of_recommend_ranked()))
        excluded = (
            [[] for _ in histories] if exclude is None else id_rows_beside(exclude, id_rows(histories, "histories"))
        )
        tensors = rule_tensors(rules_of_rows(rules, len(histories)), excluded, k)
        return {names[rule]: value for rule, value in tensors.items()}
