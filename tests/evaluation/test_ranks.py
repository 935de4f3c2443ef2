import numpy as np
import pytest

from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.ranks import rank_targets

INF = np.inf


def test_rank_is_one_plus_the_candidates_that_score_at_least_as_much(cases, vocabulary, fixed_scorer):
    scorer = fixed_scorer([[99, 99, 0.5, 0.9, 0.7, 0.7, 0.1]])
    ranks = [rank_targets(scorer, cases([[]], [[target]]), vocabulary(5)).ranks[0] for target in (2, 3, 4, 5, 6)]
    assert ranks == [4, 1, 3, 3, 5]


def test_a_constant_model_ranks_every_target_last(cases, vocabulary, fixed_scorer):
    rankings = rank_targets(fixed_scorer(np.ones((2, 12))), cases([[2], []], [[3], [4]]), vocabulary(10))
    assert rankings.ranks.tolist() == [9, 10]
    assert rankings.candidates.tolist() == [9, 10]


def test_seen_items_do_not_compete_unless_kept(cases, vocabulary, fixed_scorer):
    scorer = fixed_scorer([[0, 0, 5, 4, 3, 2]])
    some = cases([[2, 3, 3, 2]], [[4]])
    masked, kept = rank_targets(scorer, some, vocabulary(4)), rank_targets(scorer, some, vocabulary(4), keep_seen=True)
    assert (masked.ranks[0], masked.candidates[0]) == (1, 2)
    assert (kept.ranks[0], kept.candidates[0]) == (3, 4)


def test_a_seen_target_is_a_miss_when_masked_and_a_candidate_when_kept(cases, vocabulary, fixed_scorer):
    scorer = fixed_scorer([[0, 0, 5, 4, 3, 2]])
    some = cases([[2]], [[2]])
    assert rank_targets(scorer, some, vocabulary(4)).ranks[0] == INF
    assert rank_targets(scorer, some, vocabulary(4), keep_seen=True).ranks[0] == 1


def test_targets_outside_the_vocabulary_are_misses_and_stay(cases, vocabulary, fixed_scorer):
    rankings = rank_targets(fixed_scorer([[0, 9, 5, 4]]), cases([[]], [[1, 2, 1]]), vocabulary(2))
    assert rankings.ranks.tolist() == [INF, 1, INF]


def test_nan_scores_count_against_the_model(cases, vocabulary, fixed_scorer):
    scorer = fixed_scorer([[0, 0, np.nan, 1, 2, 0], [0, 0, np.nan, 1, 2, 0]])
    rankings = rank_targets(scorer, cases([[], [5]], [[2, 4], [2, 3]]), vocabulary(4))
    assert rankings.ranks.tolist() == [4, 2, 3, 3]


def test_infinite_scores_are_ranked(cases, vocabulary, fixed_scorer):
    scorer = fixed_scorer([[0, 0, -INF, INF, 1, -INF, 7]])
    assert rank_targets(scorer, cases([[6]], [[2, 3, 4]]), vocabulary(5)).ranks.tolist() == [4, 1, 2]


def test_the_same_target_twice_counts_once(cases, vocabulary, fixed_scorer):
    rankings = rank_targets(fixed_scorer([[0, 0, 3, 2, 1]] * 2), cases([[], []], [[3, 2, 3], [3]]), vocabulary(3))
    assert rankings.ranks.tolist() == [2, 1, 2]
    assert rankings.target_counts.tolist() == [2, 1]


@pytest.mark.parametrize("keep_seen", [False, True])
@pytest.mark.parametrize("block_size", [1, 7, None])
def test_ranks_equal_the_naive_definition(
    random_cases, cases, vocabulary, fixed_scorer, naive_rank, keep_seen, block_size
):
    matrix, history_rows, target_rows = random_cases(seed=1)
    matrix[np.random.default_rng(0).random(matrix.shape) < 0.05] = np.nan
    rankings = rank_targets(
        fixed_scorer(matrix), cases(history_rows, target_rows), vocabulary(40), keep_seen, block_size=block_size
    )
    expected = [
        naive_rank(matrix[user], history_rows[user], target, keep_seen)
        for user, targets in enumerate(target_rows)
        for position, target in enumerate(targets)
        if target == 1 or target not in targets[:position]
    ]
    assert rankings.ranks.tolist() == expected


def test_lists_hold_the_best_unseen_items_in_order(cases, vocabulary, fixed_scorer):
    scorer = fixed_scorer([[9, 9, 1, 4, 3, 2], [9, 9, 4, 1, 2, 3]])
    some = cases([[3], []], [[2], [2]])
    assert rank_targets(scorer, some, vocabulary(4), top_k=2).lists.tolist() == [[4, 5], [2, 5]]
    assert rank_targets(scorer, some, vocabulary(4), keep_seen=True, top_k=2).lists.tolist() == [[3, 4], [2, 5]]


def test_lists_longer_than_the_catalogue_end_with_zeros(cases, vocabulary, fixed_scorer):
    rankings = rank_targets(fixed_scorer([[9, 9, 1, 4, 3]]), cases([[3]], [[2]]), vocabulary(3), top_k=8)
    assert rankings.lists.tolist() == [[4, 2, 0, 0, 0, 0, 0, 0]]


def test_the_scorer_keeps_its_scores_when_it_hands_out_a_read_only_view(cases, vocabulary):
    matrix = np.arange(12, dtype=np.float32).reshape(2, 6)
    matrix.flags.writeable = False

    class Scorer:
        def scores(self, histories):
            return matrix

    rankings = rank_targets(Scorer(), cases([[5], []], [[4], [4]]), vocabulary(4))
    assert rankings.ranks.tolist() == [1, 2]
    assert matrix[0].tolist() == [0, 1, 2, 3, 4, 5]


def test_progress_ends_at_the_number_of_users(cases, vocabulary, fixed_scorer):
    calls = []
    some = cases([[]] * 5, [[2]] * 5)
    rank_targets(fixed_scorer(np.ones((5, 4))), some, vocabulary(2), block_size=2, progress=lambda *c: calls.append(c))
    assert calls == [(2, 5), (4, 5), (5, 5)]


def test_a_catalogue_of_one_item(cases, vocabulary, fixed_scorer):
    rankings = rank_targets(fixed_scorer([[0, 0, 1]] * 2), cases([[], [2]], [[2], [2]]), vocabulary(1), top_k=3)
    assert rankings.ranks.tolist() == [1, INF]
    assert rankings.candidates.tolist() == [1, 0]
    assert rankings.lists.tolist() == [[2, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize(
    ("history_rows", "target_rows", "message"),
    [
        ([], [], "0 cases"),
        ([[2], [2]], [[3], []], "user '1' has no target"),
        ([[2]], [[9]], "item index 9"),
        ([[9]], [[2]], "item index 9"),
        ([[2], [2]], [[3]], "2 histories but 1"),
    ],
)
def test_cases_that_cannot_be_ranked_are_refused(cases, vocabulary, fixed_scorer, history_rows, target_rows, message):
    with pytest.raises(InputError, match=message):
        rank_targets(fixed_scorer(np.ones((2, 5))), cases(history_rows, target_rows), vocabulary(3))


def test_scores_of_another_vocabulary_are_refused(cases, vocabulary, fixed_scorer):
    with pytest.raises(InputError, match=r"\(1, 7\).*5 columns"):
        rank_targets(fixed_scorer(np.ones((1, 7))), cases([[2]], [[3]]), vocabulary(3))


def test_a_large_catalogue_is_still_scored_many_users_at_once(cases, vocabulary):
    class Recording:
        blocks = []

        def scores(self, histories):
            self.blocks.append(len(histories))
            return np.zeros((len(histories), vocabulary_of_many.size), np.float32)

    vocabulary_of_many = vocabulary(150_000)  # 32 rows of scores are 19 MB
    rank_targets(Recording(), cases([[2]] * 40, [[3]] * 40), vocabulary_of_many)
    assert Recording.blocks == [32, 8]
