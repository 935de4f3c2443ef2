"""Recommendations, out of the answer of an export."""

from collections.abc import Mapping

import pandas as pd
import tensorflow as tf

from tfrec_dl.notebooks import shown
from tfrec_dl.serving.names import RECOMMENDATION_ID
from tfrec_dl.serving.request_rows import Pairs, pairs


class Recommendations(Pairs):
    """Pairs (item id, score), best first, with the id that the answer gives the list.

    Attributes:
        recommendation_id: says which version of the export made which list; "" of exports of earlier versions.
    """

    recommendation_id: str = ""

    def _repr_html_(self) -> str:
        """What a notebook shows: the items in order."""
        rows = [(place, item, score) for place, (item, score) in enumerate(self, start=1)]
        return shown(f"{len(self)} recommendations", pd.DataFrame(rows, columns=["place", "item", "score"]))


def recommendations(answer: Mapping[str, tf.Tensor], k: int) -> list[Recommendations]:
    """The first k places of each list of an answer, empty ones left out."""
    lists = pairs(*(answer[name].numpy()[:, :k] for name in ("item_ids", "scores")))
    found = [Recommendations(each) for each in lists]
    if RECOMMENDATION_ID in answer:
        for each, recommendation_id in zip(found, answer[RECOMMENDATION_ID].numpy(), strict=True):
            each.recommendation_id = recommendation_id.decode()
    return found
