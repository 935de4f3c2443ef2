"""Recommendations from a two-stage export, in Python."""

import json
from collections.abc import Sequence

from tfrec_dl.errors import InputError
from tfrec_dl.ranking.serving.inputs import RankingInputs
from tfrec_dl.ranking.serving.requests import recommend_ranked_requests
from tfrec_dl.serving.loaded_export import LoadedExport
from tfrec_dl.serving.names import RECOMMEND_RANKED
from tfrec_dl.serving.recommendations import Recommendations, recommendations
from tfrec_dl.serving.recommender import Recommender
from tfrec_dl.serving.request_rows import Context, Past


class TwoStageRecommender(Recommender):
    """An exported retrieval with a ranking stage, loaded.

    Args:
        export: the export.

    Attributes:
        ranking_inputs: the inputs of the ranking stage; `ranking_inputs.past_of_two_stages` names the numbers that
            describe past items.
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
    ) -> list[Recommendations]:
        """As `Recommender.recommend_ranked`."""
        signature = self._signatures[RECOMMEND_RANKED]
        most = int(signature.structured_outputs["scores"].shape[1])
        k = most if k is None else k
        if not 1 <= k <= most:
            raise InputError(f"k is {k}, but this export gives 1 to {most} ranked recommendations.")
        requests = recommend_ranked_requests(self.ranking_inputs, user_ids, histories, context, past, exclude)
        found: list[Recommendations] = []
        for part in requests.parts():
            answer = signature(**part)
            found += recommendations(answer, k)
        return found
