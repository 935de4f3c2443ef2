import numpy as np
import pytest

from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.evaluate import Report
from tfrec_dl.evaluation.leaderboard import Entry, leaderboard


def report(ndcg, keep_seen=False, users=None):
    ndcg = np.asarray(ndcg, dtype=float)
    users = np.arange(len(ndcg)) if users is None else users
    return Report({"mrr@10": 1 - ndcg, "ndcg@10": ndcg}, {"coverage@10": 0.5}, users, len(ndcg), keep_seen)


@pytest.fixture
def entries():
    base = np.random.default_rng(0).random(300)
    noise = np.random.default_rng(1).normal(0, 0.05, 300)
    return [
        Entry("popularity", report(base - 0.3 + noise), family="baseline", seconds=0.5),
        Entry("gru", report(base), seconds=60),
        Entry("lstm", report(base - 0.0005 + noise / 10)),
    ]


def test_best_comes_first_with_its_interval(entries):
    table = leaderboard(entries)
    assert table["model"].tolist() == ["gru", "lstm", "popularity"]
    assert table["family"].tolist() == ["deep", "deep", "baseline"]
    assert (table["ndcg@10/low"] < table["ndcg@10"]).all()
    assert (table["ndcg@10"] < table["ndcg@10/high"]).all()
    assert table["coverage@10"].tolist() == [0.5] * 3


def test_only_a_significant_distance_from_the_best_earns_stars(entries):
    table = leaderboard(entries).set_index("model")
    assert table.loc["gru", ["difference", "p", "stars"]].tolist() == [0.0, 1.0, ""]
    assert table.loc["popularity", "stars"] == "***"
    assert table.loc["popularity", "difference/high"] < 0
    assert (table.loc["lstm", "stars"] != "") == (table.loc["lstm", "p"] < 0.05)


def test_another_metric_can_decide(entries):
    table = leaderboard(entries, "mrr@10")
    assert table["model"].tolist() == ["popularity", "lstm", "gru"]
    assert table.columns[2] == "mrr@10"


def test_seconds_are_blank_where_unknown(entries):
    seconds = leaderboard(entries).set_index("model")["seconds"]
    assert (seconds["gru"], seconds["popularity"]) == (60.0, 0.5)
    assert np.isnan(seconds["lstm"])


def test_what_cannot_be_compared_is_refused():
    for entries, message in [
        ([], "at least one"),
        ([Entry("a", report([1.0])), Entry("b", report([1.0], keep_seen=True))], "mask seen"),
        ([Entry("a", report([1.0])), Entry("b", report([1.0, 0.0]))], "different users"),
    ]:
        with pytest.raises(InputError, match=message):
            leaderboard(entries)
    with pytest.raises(InputError, match="'auc'"):
        leaderboard([Entry("a", report([1.0]))], "auc")
