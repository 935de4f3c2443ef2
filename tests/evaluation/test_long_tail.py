import numpy as np
import pytest

from tfrec_dl.evaluation.evaluate import evaluate
from tfrec_dl.evaluation.long_tail import concentration


def test_what_falls_on_one_popular_item_is_concentrated():
    popularity = np.array([0, 0, *range(10, 0, -1)])
    found = concentration(np.array([0, 0, 30, *[0] * 9]), popularity)
    assert (found.head, found.distinct, found.gini) == (1.0, 1, pytest.approx(0.9))


def test_what_falls_on_all_items_alike_is_not():
    popularity = np.array([0, 0, *range(10, 0, -1)])
    found = concentration(np.array([5, 5, *[3] * 10]), popularity)
    assert (found.head, found.distinct, found.gini) == (pytest.approx(0.1), 10, pytest.approx(0.0))
    np.testing.assert_allclose(found.covered, found.shares)


def test_a_report_counts_what_is_recommended(vocabulary, cases, fixed_scorer):
    scores = [[0, 0, 4, 3, 2, 1], [0, 0, 1, 2, 3, 4]]
    report = evaluate(fixed_scorer(scores), cases([[2], []], [[3], [4]]), vocabulary(4), metrics=["coverage@2"])
    assert report.recommended[2:].tolist() == [0, 1, 2, 1]  # item 2 is masked for the first user
    without = evaluate(fixed_scorer(scores), cases([[2], []], [[3], [4]]), vocabulary(4), metrics=["ndcg@2"])
    assert without.recommended is None
