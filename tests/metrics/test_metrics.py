import math
import re

import numpy as np
import pytest

from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.ranks import rank_targets
from tfrec_dl.evaluation.rendering import shown_metrics
from tfrec_dl.metrics import (
    AUC,
    MAP,
    METRICS,
    MRR,
    NDCG,
    HitRate,
    Precision,
    Recall,
    as_metric,
    default_metrics,
)


def naive(ranks, candidates, k):
    """All rank metrics of one user, from their definitions."""
    hits = [rank for rank in ranks if rank <= k]
    ideal = sum(1 / math.log2(position + 1) for position in range(1, min(k, len(ranks)) + 1))
    ranked = [rank for rank in ranks if rank < math.inf]
    others = candidates - len(ranked)
    shares = [(candidates - rank - sum(other > rank for other in ranked)) / others for rank in ranked]
    return {
        "precision": len(hits) / k,
        "recall": len(hits) / len(ranks),
        "hit_rate": float(bool(hits)),
        "ndcg": sum(1 / math.log2(rank + 1) for rank in hits) / ideal,
        "mrr": 1 / min(hits) if hits else 0.0,
        "map": sum(sum(other <= rank for other in ranks) / rank for rank in hits) / len(ranks),
        "auc": sum(shares) / len(ranks),
    }


@pytest.mark.parametrize("keep_seen", [False, True])
@pytest.mark.parametrize("k", [1, 3, 10, 100])
def test_every_metric_equals_its_naive_reference(random_cases, cases, vocabulary, fixed_scorer, k, keep_seen):
    matrix, history_rows, target_rows = random_cases(seed=k)
    rankings = rank_targets(fixed_scorer(matrix), cases(history_rows, target_rows), vocabulary(40), keep_seen)
    metrics = [Precision(k), Recall(k), HitRate(k), NDCG(k), MRR(k), MAP(k), AUC()]
    found = {metric.name: metric.values(rankings) for metric in metrics}
    for user in range(len(rankings)):
        ranks = rankings.ranks[rankings.offsets[user] : rankings.offsets[user + 1]].tolist()
        expected = naive(ranks, int(rankings.candidates[user]), k)
        assert {name: values[user] for name, values in found.items()} == pytest.approx(expected)


def test_auc_is_the_share_of_pairs_in_the_right_order(random_cases, cases, vocabulary, fixed_scorer):
    matrix, history_rows, target_rows = random_cases(seed=5)
    rankings = rank_targets(fixed_scorer(matrix), cases(history_rows, target_rows), vocabulary(40))
    values = AUC().values(rankings)
    for user, (history, targets) in enumerate(zip(history_rows, target_rows, strict=True)):
        positives = {target for target in targets if target >= 2 and target not in history}
        misses = len({target for target in targets if target >= 2 and target in history}) + targets.count(1)
        negatives = [item for item in range(2, 42) if item not in history and item not in positives]
        wins = sum(np.mean([matrix[user, p] > matrix[user, n] for n in negatives]) for p in positives)
        assert values[user] == pytest.approx(wins / (len(positives) + misses))


def test_metrics_equal_ranx(random_cases, cases, vocabulary, fixed_scorer, monkeypatch):
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")  # ranx compiles for over a minute, and 60 users need no speed
    ranx = pytest.importorskip("ranx", reason="ranx, a development dependency, cannot be imported")
    matrix, history_rows, target_rows = random_cases(seed=3)
    # ranx orders ties as it likes and knows no unknown items: no ties, no misses here.
    matrix = np.random.default_rng(3).permuted(np.tile(np.arange(42, dtype=np.float32), (len(matrix), 1)), axis=1)
    unseen = [sorted(set(range(2, 42)) - set(row)) for row in history_rows]
    targets = [
        sorted({items[target % len(items)] for target in row}) for items, row in zip(unseen, target_rows, strict=True)
    ]
    rankings = rank_targets(fixed_scorer(matrix), cases(history_rows, targets), vocabulary(40))
    qrels = ranx.Qrels({str(user): {str(item): 1 for item in row} for user, row in enumerate(targets)})
    run = ranx.Run(
        {str(user): {str(item): float(matrix[user, item]) for item in row} for user, row in enumerate(unseen)}
    )
    names = ["ndcg@10", "hit_rate@10", "mrr@10", "precision@10", "recall@10", "map@10"]
    metrics = [NDCG(10), HitRate(10), MRR(10), Precision(10), Recall(10), MAP(10)]
    ranx.evaluate(qrels, run, names, return_mean=False)
    for name, metric in zip(names, metrics, strict=True):
        expected = [run.scores[name][str(user)] for user in range(len(targets))]
        assert metric.key == name
        assert metric.values(rankings) == pytest.approx(expected)


def test_a_perfect_ranking_scores_one_whatever_the_number_of_targets(cases, vocabulary, fixed_scorer):
    scores = np.arange(20, 0, -1, dtype=np.float32)
    some = cases([[], [], []], [[2], [2, 3, 4], list(range(2, 15))])
    rankings = rank_targets(fixed_scorer([scores] * 3), some, vocabulary(18))
    for metric in (NDCG(10), HitRate(10), MRR(10), AUC()):
        assert metric.values(rankings) == pytest.approx([1, 1, 1])
    assert MAP(20).values(rankings) == pytest.approx([1, 1, 1])


def test_k_below_one_is_refused():
    with pytest.raises(InputError, match="k = 0"):
        NDCG(0)


def test_reports_hold_these_metrics_in_this_order_by_default():
    keys = [metric.key for metric in default_metrics()]
    ranks = ["ndcg@10", "hit_rate@10", "mrr@10", "precision@10", "recall@10", "map@10", "auc"]
    assert keys[:10] == [*ranks, "coverage@10", "novelty@10", "popularity_bias@10"]  # a new one comes after these
    assert shown_metrics()[:6] == ("ndcg@10", "hit_rate@10", "mrr@10", "auc", "coverage@10", "novelty@10")


@pytest.mark.parametrize("name", METRICS)
def test_metric_comes_back_from_its_key(name):
    metric = METRICS[name]()
    for found in (as_metric(metric.key), as_metric(name)):
        assert type(found) is type(metric)
        assert found.key == metric.key
    assert as_metric(metric) is metric


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("ndgc@10", "no metric is called 'ndgc': did you mean 'ndcg'?"),
        ("ndcg@0", "k must be at least 1"),
        ("ndcg@", "'' is not a cutoff; write for example 'ndcg@10'"),
        ("ndcg@ten", "'ten' is not a cutoff"),
        ("auc@10", "metric 'auc' has no cutoff: ask for 'auc', not 'auc@10'"),
    ],
)
def test_key_that_is_no_metrics_is_refused(key, message):
    with pytest.raises(InputError, match=re.escape(message)):
        as_metric(key)


@pytest.mark.parametrize("name", METRICS)
def test_metric_gives_a_number_a_user_or_one_for_all(name, random_cases, cases, vocabulary, fixed_scorer):
    matrix, history_rows, target_rows = random_cases(seed=2)
    metric = METRICS[name]()
    some = cases(history_rows, target_rows)
    rankings = rank_targets(fixed_scorer(matrix), some, vocabulary(40), False, metric.list_length)
    values = metric.values(rankings)
    assert values.shape == (len(rankings),)
    assert values.dtype == np.float64
    assert np.isfinite(values).all()
    if not metric.per_user:
        assert np.isfinite(metric.total(rankings))
