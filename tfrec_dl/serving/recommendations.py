"""Recommendations read from the answer of an export."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd
import tensorflow as tf

from tfrec_dl.notebooks import shown
from tfrec_dl.serving.names import RECOMMENDATION_ID
from tfrec_dl.serving.request_rows import Pairs, pairs


class Recommendations(Pairs):
    """Pairs (item id, score), best first, with the id of the list.

    Attributes:
        recommendation_id: id that identifies the export version and the list; "" for older exports.
        texts: maps names to bytes for each place: what the export shows about items.
    """

    recommendation_id: str = ""
    texts: Mapping[str, np.ndarray] = MappingProxyType({})

    @property
    def shown(self) -> dict[str, list[str]]:
        """What the export shows about the items, such as their titles: maps each name to one text per place."""
        return {name: [text.decode("utf-8", "replace") for text in row] for name, row in self.texts.items()}

    def _repr_html_(self) -> str:
        """Returns the notebook display: the items in order, with their titles."""
        rows = [(place, item, score) for place, (item, score) in enumerate(self, start=1)]
        table = pd.DataFrame(rows, columns=["place", "item", "score"])
        for name, texts in self.shown.items():
            table.insert(table.shape[1] - 1, name, texts, allow_duplicates=True)
        return shown(f"{len(self)} recommendations", table)


def recommendations(answer: Mapping[str, tf.Tensor], k: int) -> list[Recommendations]:
    """Returns the first k places of each list in an answer, without empty ones."""
    ids, scores = (answer[name].numpy()[:, :k] for name in ("item_ids", "scores"))
    found = [Recommendations(each) for each in pairs(ids, scores)]
    of_items = [name for name, value in answer.items() if value.dtype == tf.string and value.shape.rank == 2]
    columns = {name: answer[name].numpy()[:, :k] for name in of_items if name != "item_ids"}
    if columns:
        for row, each in enumerate(found):
            taken = ids[row] != b""
            each.texts = {name: column[row][taken] for name, column in columns.items()}
    if RECOMMENDATION_ID in answer:
        for each, recommendation_id in zip(found, answer[RECOMMENDATION_ID].numpy(), strict=True):
            each.recommendation_id = recommendation_id.decode()
    return found
