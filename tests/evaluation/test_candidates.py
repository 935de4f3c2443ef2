"""Ranking among a part of the catalogue."""

import math

import numpy as np
import pytest

from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.evaluate import evaluate
from tfrec_dl.evaluation.ranks import rank_targets
from tfrec_dl.metrics import AUC, NDCG, CatalogueCoverage

INF = np.inf


def mask(size, *items):
    candidates = np.zeros(size, dtype=bool)
    candidates[list(items)] = True
    return candidates


def competitors(candidates, history, keep_seen):
    return {item for item in range(2, len(candidates)) if candidates[item] and (keep_seen or item not in history)}


def distinct(targets):
    return [target for at, target in enumerate(targets) if target == 1 or target not in targets[:at]]


def test_other_items_neither_compete_nor_hit(cases, vocabulary, fixed_scorer):
    scorer = fixed_scorer([[0, 0, 5, 4, 3, 2, 1]] * 2)
    rankings = rank_targets(scorer, cases([[], [4]], [[5, 2], [6, 4]]), vocabulary(5), candidates=mask(7, 4, 5, 6))
    assert rankings.ranks.tolist() == [2, INF, 2, INF]
    assert rankings.candidates.tolist() == [3, 2]


@pytest.mark.parametrize("keep_seen", [False, True])
@pytest.mark.parametrize("share", [0.2, 0.8])
def test_ranks_lists_and_auc_equal_their_naive_definitions(
    random_cases, cases, vocabulary, fixed_scorer, keep_seen, share
):
    generator = np.random.default_rng(round(10 * share))
    matrix, history_rows, target_rows = random_cases(seed=2)  # of whole numbers below 12, so ties abound
    matrix[generator.random(matrix.shape) < 0.1] = np.nan
    matrix[generator.random(matrix.shape) < 0.1] = -INF
    candidates = generator.random(42) < share
    rankings = rank_targets(
        fixed_scorer(matrix),
        cases(history_rows, target_rows),
        vocabulary(40),
        keep_seen,
        top_k=5,
        block_size=7,
        candidates=candidates,
    )
    auc = AUC().values(rankings)
    for user, (scores, history, targets) in enumerate(zip(matrix, history_rows, target_rows, strict=True)):
        rivals = competitors(candidates, history, keep_seen)
        expected = [
            1 + sum(not scores[item] < scores[target] for item in rivals - {target}) if target in rivals else math.inf
            for target in distinct(targets)
        ]
        assert rankings.ranks[rankings.offsets[user] : rankings.offsets[user + 1]].tolist() == expected
        assert rankings.candidates[user] == len(rivals)
        best = sorted(-scores[item] for item in rivals if scores[item] > -INF)[:5]
        assert (-scores[rankings.lists[user][: len(best)]]).tolist() == best
        assert rivals.issuperset(item for item in rankings.lists[user] if item)
        if np.isnan(scores[targets]).any():  # a NaN target is below no other, which ranks alone do not tell
            continue
        others = rivals - set(targets)
        wins = [
            np.mean([scores[other] < scores[target] for other in others]) if others else 1.0
            for target in distinct(targets)
            if target in rivals
        ]
        assert auc[user] == pytest.approx(sum(wins) / len(distinct(targets)))


def test_a_mask_of_every_item_changes_nothing(random_cases, cases, vocabulary, fixed_scorer):
    matrix, history_rows, target_rows = random_cases(seed=3)
    some = cases(history_rows, target_rows)
    everything = evaluate(fixed_scorer(matrix), some, vocabulary(40), candidates=np.ones(42, dtype=bool))
    assert everything.means() == evaluate(fixed_scorer(matrix), some, vocabulary(40)).means()


def test_coverage_is_of_the_candidates(cases, vocabulary, fixed_scorer):
    scorer = fixed_scorer([[0, 0, 5, 4, 3, 2], [0, 0, 5, 4, 3, 2]])
    report = evaluate(
        scorer,
        cases([[], []], [[4], [5]]),
        vocabulary(4),
        metrics=[NDCG(1), CatalogueCoverage(1)],
        candidates=mask(6, 0, 1, 4, 5),
    )
    assert report.means() == {"ndcg@1": 0.5, "coverage@1": 0.5}


def test_the_callers_mask_stays_as_it_is(cases, vocabulary, fixed_scorer):
    candidates = np.ones(4, dtype=bool)
    rank_targets(fixed_scorer(np.ones((1, 4))), cases([[]], [[2]]), vocabulary(2), candidates=candidates)
    assert candidates.all()


@pytest.mark.parametrize(
    ("candidates", "message"),
    [
        (np.ones(5, dtype=bool), r"bool of shape \(5,\): pass a bool mask of shape \(4,\)"),
        (np.array([2, 3, 3, 2]), "candidates are int64"),
        (mask(4, 0, 1), "none of 2 items is a candidate"),
    ],
)
def test_masks_that_do_not_fit_are_refused(cases, vocabulary, fixed_scorer, candidates, message):
    with pytest.raises(InputError, match=message):
        rank_targets(fixed_scorer(np.ones((1, 4))), cases([[]], [[2]]), vocabulary(2), candidates=candidates)
