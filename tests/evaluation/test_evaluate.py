import numpy as np
import pandas as pd
import pytest

from tfrec_dl.baselines.popularity import Popularity
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.splits.temporal import temporal
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.evaluate import evaluate, mean_report
from tfrec_dl.metrics import NDCG, HitRate


def test_summary_has_every_promised_figure_with_its_interval(random_cases, cases, vocabulary, fixed_scorer):
    matrix, history_rows, target_rows = random_cases(seed=0)
    summary = evaluate(fixed_scorer(matrix), cases(history_rows, target_rows), vocabulary(40)).summary()
    ranked = ["ndcg@10", "hit_rate@10", "mrr@10", "precision@10", "recall@10", "map@10", "auc"]
    for name in [*ranked, "novelty@10", "popularity_bias@10"]:
        assert summary[f"{name}/low"] <= summary[name] <= summary[f"{name}/high"]
    assert 0 < summary["coverage@10"] <= 1
    assert all(type(value) is float for value in summary.values())


def test_summary_is_repeatable_and_its_means_are_the_users_means(random_cases, cases, vocabulary, fixed_scorer):
    matrix, history_rows, target_rows = random_cases(seed=0)
    report = evaluate(fixed_scorer(matrix), cases(history_rows, target_rows), vocabulary(40))
    assert report.summary() == report.summary()
    assert report.summary()["ndcg@10"] == pytest.approx(report.per_user("ndcg@10").mean())
    assert report.means()["coverage@10"] == report.summary()["coverage@10"]


def test_misses_lower_the_mean_instead_of_leaving_it(cases, vocabulary, fixed_scorer):
    some = cases([[], [3], []], [[2], [3], [1]])
    report = evaluate(fixed_scorer([[0, 0, 2, 1]] * 3), some, vocabulary(2), metrics=[HitRate(1)])
    assert report.per_user("hit_rate@1").tolist() == [1.0, 0.0, 0.0]
    assert report.means()["hit_rate@1"] == pytest.approx(1 / 3)
    assert (len(report), report.targets) == (3, 3)


def test_new_users_of_a_temporal_split_are_counted():
    table = pd.DataFrame(
        {
            "user_id": ["a", "a", "b", "b", "c", "c", "a", "b", "neu ✨", "neu ✨"],
            "item_id": ["x", "y", "x", "z", "x", "y", "z", "y", "x", "nie gesehen"],
            "timestamp": range(10),
        }
    )
    split = temporal(Interactions.from_frame(table), validation_share=0.2, test_share=0.2)
    report = evaluate(Popularity(split.vocabulary), split.test, split.vocabulary)
    assert report.user_ids.tolist() == ["neu ✨"]
    assert report.targets == 2
    assert report.per_user("recall@10").tolist() == [0.5]
    assert report.per_user("mrr@10").tolist() == [1.0]


def test_seeds_average_user_by_user(random_cases, cases, vocabulary, fixed_scorer):
    matrix, history_rows, target_rows = random_cases(seed=0)
    some = cases(history_rows, target_rows)
    reports = [evaluate(fixed_scorer(scores), some, vocabulary(40)) for scores in (matrix, -matrix)]
    mean = mean_report(reports)
    assert mean.per_user("ndcg@10") == pytest.approx(
        (reports[0].per_user("ndcg@10") + reports[1].per_user("ndcg@10")) / 2
    )
    assert mean.means()["coverage@10"] == pytest.approx(np.mean([report.means()["coverage@10"] for report in reports]))


def test_reports_that_do_not_match_are_not_averaged(cases, vocabulary, fixed_scorer):
    scorer = fixed_scorer(np.ones((3, 5)))
    first = evaluate(scorer, cases([[2], [2]], [[3], [3]]), vocabulary(3), metrics=[NDCG(10)])
    other_users = evaluate(scorer, cases([[2]], [[3]]), vocabulary(3), metrics=[NDCG(10)])
    other_metric = evaluate(scorer, cases([[2], [2]], [[3], [3]]), vocabulary(3), metrics=[NDCG(5)])
    kept = evaluate(scorer, cases([[2], [2]], [[3], [3]]), vocabulary(3), keep_seen=True, metrics=[NDCG(10)])
    for reports, message in [
        ([], "no reports"),
        ([first, other_users], "different users"),
        ([first, other_metric], "different metrics"),
        ([first, kept], "seen items"),
    ]:
        with pytest.raises(InputError, match=message):
            mean_report(reports)


def test_what_cannot_score_is_refused_by_name(cases, vocabulary):
    with pytest.raises(InputError, match="a dict"):
        evaluate({}, cases([[2]], [[3]]), vocabulary(3))


def test_no_metrics_are_refused(cases, vocabulary, fixed_scorer):
    with pytest.raises(InputError, match="no metrics"):
        evaluate(fixed_scorer(np.ones((1, 5))), cases([[2]], [[3]]), vocabulary(3), metrics=[])


def test_metrics_are_asked_for_by_their_keys(random_cases, cases, vocabulary, fixed_scorer):
    matrix, history_rows, target_rows = random_cases(seed=0)
    some = cases(history_rows, target_rows)
    by_key = evaluate(fixed_scorer(matrix), some, vocabulary(40), metrics=("ndcg@5", "coverage@3", "auc"))
    assert list(by_key.values) == ["ndcg@5", "auc"]
    assert list(by_key.totals) == ["coverage@3"]
    assert (
        by_key.means()["ndcg@5"]
        == evaluate(fixed_scorer(matrix), some, vocabulary(40), metrics=[NDCG(5)]).means()["ndcg@5"]
    )
