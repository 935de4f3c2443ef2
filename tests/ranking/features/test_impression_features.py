"""Features of impressions: of a whole table beforehand, and of a request in the graph."""

import numpy as np
import pytest
import tensorflow as tf

from tests.impressions import CLICKS, impressions_of, shown
from tfrec_dl.features.bucketised_numbers import BucketisedNumbers
from tfrec_dl.features.content import Content
from tfrec_dl.features.fitted import FittedFeatures
from tfrec_dl.ranking.data.batches import RankingRows
from tfrec_dl.ranking.data.events import Events, Levels
from tfrec_dl.ranking.data.impressions import context_rows
from tfrec_dl.ranking.data.splits import split_in_time
from tfrec_dl.ranking.features import impression_features
from tfrec_dl.ranking.features.comparisons import Comparisons
from tfrec_dl.ranking.features.impression_features import ImpressionFeatures, compared_rows, described

CONTEXT = {"price": "number", "device": "category", "order": "ignore", "rating": "ignore", "position": "ignore"}
COMPARISONS = Comparisons(ratios=("price",), in_lists=True, timed=True)


@pytest.fixture(scope="module")
def rows() -> RankingRows:
    frame = shown(lists=60, users=6).sample(frac=0.8, random_state=0, ignore_index=True)
    frame.loc[::7, "price"] = np.nan
    split = split_in_time(impressions_of(frame, CLICKS, lists=("list",), context=CONTEXT))
    return RankingRows(split.impressions, Events.of(split, Levels()), np.empty(0, int), np.empty(0, int), 5)


def features(rows: RankingRows, comparisons: Comparisons | None) -> ImpressionFeatures:
    learned = context_rows(described(rows, comparisons), np.arange(100))
    content = Content(numbers=BucketisedNumbers(buckets=4))
    return ImpressionFeatures(
        content, FittedFeatures.fit(content, learned), rows.impressions.context.kinds, comparisons
    )


@pytest.mark.parametrize("comparisons", [COMPARISONS, None], ids=["compared", "context alone"])
def test_list_served_alone_has_the_features_that_the_table_has(rows, comparisons):
    found = features(rows, comparisons)
    table = found.table(rows)
    context = rows.impressions.context
    for number in (0, 17, 59):
        own = np.flatnonzero(rows.impressions.lists == number)
        raw = {name: tf.constant(context.columns[name][own]) for name in context.kinds}
        served = found.rows(raw, compared_rows(rows, own, comparisons or Comparisons()))
        assert set(served) == set(table) == {*context.kinds, *(comparisons.names if comparisons else ())}
        for name, values in served.items():
            np.testing.assert_allclose(values, table[name][own], rtol=1e-5, atol=1e-5, err_msg=name)


def test_table_read_in_blocks_is_the_same(rows, monkeypatch):
    whole = described(rows, COMPARISONS)
    monkeypatch.setattr(impression_features, "ROWS", 10)
    found = described(rows, COMPARISONS)
    for name in COMPARISONS.names:
        np.testing.assert_allclose(found.columns[name], whole.columns[name], rtol=1e-4, atol=1e-5)


def test_ages_are_the_times_since_the_past_events(rows):
    table = rows.impressions
    last = table.lists[np.argmax(table.times)]
    own = np.flatnonzero(table.lists == last)
    past = rows.events.before(np.array([last]), 5)
    found = compared_rows(rows, own, COMPARISONS).past_ages.numpy()
    assert np.isfinite(found).any()
    expected = np.where(past < 0, np.nan, table.times[own[0]] - table.times[rows.events.rows[past]])
    np.testing.assert_array_equal(found, expected)
    assert (found[np.isfinite(found)] > 0).all()


def test_table_without_context_is_described_by_its_comparisons_alone():
    frame = shown(lists=20)
    split = split_in_time(impressions_of(frame, lists=("list",)))
    rows = RankingRows(split.impressions, Events.of(split, Levels()), np.empty(0, int), np.empty(0, int), 5)
    assert described(rows, None) is None
    found = described(rows, Comparisons(in_lists=True))
    assert set(found.kinds.values()) == {"number"}
    assert (found.columns["candidates in the list"] == 5).all()
