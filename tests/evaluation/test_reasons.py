import numpy as np

from tfrec_dl.evaluation.reasons import reasons


class _Weights:
    """The score of item i is the sum of what the items of a history speak for it."""

    def __init__(self, matrix):
        self.matrix = np.asarray(matrix, dtype=np.float32)

    def scores(self, histories):
        return np.stack([self.matrix[histories.row(row)].sum(axis=0) for row in range(len(histories))])


def test_a_recommendation_is_due_to_what_its_score_would_lose_the_most_without(histories):
    matrix = np.zeros((6, 6))
    matrix[2, 4], matrix[3, 4] = 1.0, 3.0  # both speak for item 4
    matrix[2, 5], matrix[3, 5] = 2.0, -1.0  # one of them against item 5
    assert reasons(_Weights(matrix), histories([[2, 3]]), np.array([4, 5])) == [[3, 2], [2]]


def test_a_single_item_is_the_reason_for_everything(histories):
    assert reasons(_Weights(np.zeros((6, 6))), histories([[3]]), np.array([4, 5])) == [[3], [3]]


def test_a_new_user_gives_no_reason(histories):
    assert reasons(_Weights(np.zeros((6, 6))), histories([[]]), np.array([4])) == [[]]
