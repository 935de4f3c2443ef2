"""Predictions for the test part by a linear model of one label."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.features.bucketised_numbers import BucketisedNumbers
from tfrec_dl.features.categories import Categories
from tfrec_dl.features.content import Content
from tfrec_dl.ranking.build import fitted_state_of
from tfrec_dl.ranking.configuration import RankingConfig
from tfrec_dl.ranking.data.dataset import ImpressionDataset
from tfrec_dl.ranking.learn import learn_ranking_data
from tfrec_dl.ranking.linear.columns import CATEGORIES, LinearColumns, Names
from tfrec_dl.ranking.rankers.wide_and_deep import WideAndDeep
from tfrec_dl.ranking.rows import ranking_rows

CONTENT = Content(categories=Categories(), numbers=BucketisedNumbers(buckets=8))


def linear_columns(dataset: ImpressionDataset, crossed: Sequence[Names] | None = None) -> LinearColumns:
    """Returns the columns of every impression: ids, features as rankers prepare them, and crosses (by default all)."""
    items, users = (_without_texts(dataset.features[name]) for name in ("items", "users"))
    # This reads only labels and features; the network is not used.
    config = RankingConfig(WideAndDeep(), content=CONTENT)
    data = learn_ranking_data(dataset.split, config, items, users, dataset.source.min_count)
    state = fitted_state_of(data, CONTENT, max_length=50)
    return LinearColumns.of(state, ranking_rows(state, dataset.split), crossed)


def _without_texts(catalogue: Catalogue | None) -> Catalogue | None:
    """Returns only categories and numbers, because preparing unused pictures takes long."""
    if catalogue is None:
        return None
    kinds: dict[str, Any] = {name: kind for name, kind in catalogue.kinds.items() if kind in (*CATEGORIES, "number")}
    columns: dict[str, np.ndarray] = {name: catalogue.columns[name] for name in kinds}
    return replace(catalogue, kinds=kinds, columns=columns) if kinds else None
