"""Preparation of impression features: in advance for a whole table, or in the graph for a request."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import tensorflow as tf

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.catalogue.feature_kinds import Kind
from tfrec_dl.features.content import Content, prepare
from tfrec_dl.features.fitted import FittedFeatures
from tfrec_dl.ranking.data.batches import ListBlocks, RankingRows, numbered, taken
from tfrec_dl.ranking.features.comparisons import Compared, Comparisons

ROWS = 65_536  # rows compared at once


class ImpressionFeatures:
    """Feature preparation that training does not change; a plain object, so that Keras keeps it out of checkpoints.

    Args:
        content: readers for each kind of feature.
        fitted: preprocessing fitted on the features of the training impressions, as returned by `described`.
        kinds: maps raw context features to kinds.
        comparisons: comparison features; None for none.

    Attributes:
        fitted: as given.
        kinds: as given.
        comparisons: as given.
        preparation: functional model from features {name: [R, ...]}, as returned by `described`, to prepared features.
    """

    def __init__(
        self, content: Content, fitted: FittedFeatures, kinds: Mapping[str, Kind], comparisons: Comparisons | None
    ) -> None:
        self.fitted = fitted
        self.kinds = dict(kinds)
        self.comparisons = comparisons
        self.preparation = fitted.preparation(content)

    def table(self, rows: RankingRows) -> dict[str, np.ndarray]:
        """Returns the prepared features {name: [n, ...]} of a table's impressions."""
        found = described(rows, self.comparisons)
        assert found is not None
        return prepare(self.preparation, {name: found.columns[name] for name in self.fitted.kinds})

    def rows(self, raw: Mapping[str, tf.Tensor], compared: Compared) -> dict[str, tf.Tensor]:
        """Returns the prepared features {name: [R, ...]}, in the graph, from raw ones and from what is compared."""
        others = {} if self.comparisons is None else self.comparisons.of(compared)
        prepared: dict[str, tf.Tensor] = self.preparation({**raw, **others}, training=False)
        return prepared


def described(rows: RankingRows, comparisons: Comparisons | None) -> Catalogue | None:
    """Returns the context features of a table's impressions, with the comparisons; None if there are neither."""
    table = rows.impressions
    if comparisons is None:
        return table.context
    columns = {name: np.empty(len(table), dtype=np.float32) for name in comparisons.names}
    for block in (blocks := ListBlocks(table.lists, np.arange(len(table)), ROWS)).rows(np.arange(blocks.list_count)):
        for name, values in comparisons.of(compared_rows(rows, block, comparisons)).items():
            columns[name][block] = values.numpy()
    ids = np.arange(len(table)).astype(str).astype(object)
    context = table.context or Catalogue(ids, {}, {})
    kinds: dict[str, Kind] = {**context.kinds, **dict.fromkeys(comparisons.names, "number")}
    return replace(context, kinds=kinds, columns={**context.columns, **columns})


def compared_rows(rows: RankingRows, block: np.ndarray, comparisons: Comparisons) -> Compared:
    """Returns the input of comparisons for rows [R] of a table, in which the rows of a list are consecutive."""
    table, events = rows.impressions, rows.events
    lists, numbers = numbered(table.lists[block])
    past = events.before(lists, rows.max_length)
    columns = {} if table.context is None else table.context.columns
    names = (*comparisons.differences, *comparisons.ratios)
    ages = np.full(past.shape, np.nan, dtype=np.float32)
    if comparisons.timed and table.times is not None and events.times is not None and len(events.times):
        now = table.times[block[np.unique(numbers, return_index=True)[1]]]
        ages = np.where(past < 0, np.float32(np.nan), events.ages(now[:, None], past))
    rows_of_past = taken(events.rows, past, -1)
    return Compared(
        numbers={name: tf.constant(columns[name][block]) for name in names},
        lists=tf.constant(numbers),
        keys=tf.constant(table.items[block].astype(np.int64)),
        past_keys=tf.constant(taken(events.items, past, -1).astype(np.int64)),
        past_numbers={
            name: tf.constant(taken(columns[name], rows_of_past, np.nan).astype(np.float32)) for name in names
        },
        past_ages=tf.constant(ages),
    )
