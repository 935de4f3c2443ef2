from types import SimpleNamespace

import numpy as np
import pytest

from tfrec_dl.ranking.data.feedback import CLICK
from tfrec_dl.ranking.leaderboard import RankingEntry
from tfrec_dl.ranking.metrics.report import ClickReport
from tfrec_dl.ranking.sections import ranking_sections


@pytest.fixture
def slices():
    """AUC by the user's impressions in training: twelve users without any, and one with all of them."""
    rng = np.random.default_rng(0)
    users = np.repeat(np.arange(13), [*[20] * 12, 60])
    labels = rng.random(300) < 0.4
    predicted = np.clip(0.3 + 0.3 * labels + rng.normal(0, 0.2, 300), 0.01, 0.99)
    items = rng.integers(5, size=300)
    report = ClickReport(predicted, labels.astype(float), np.arange(300), users, items=items)
    table = SimpleNamespace(users=np.full(50, 12), user_ids=np.arange(13), items=items[:50], item_ids=np.arange(5))
    dataset = SimpleNamespace(impressions=table, split=SimpleNamespace(train=np.arange(50)))
    sections = ranking_sections([RankingEntry("din", {CLICK: report})], dataset)
    (section,) = [each for each in sections if each.title == "Where it is good and bad"]
    return section.blocks[0]


def test_groups_of_impressions_have_intervals_over_their_users(slices):
    (series,) = slices.series
    assert list(slices.labels) == ["new users", "50"]
    new, busy = series.points
    assert new.low < new.y < new.high
    assert 0.05 < new.high - new.low < 0.3
    assert (busy.low, busy.high) == (None, None)  # one user says nothing of how users differ
