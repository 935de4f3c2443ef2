import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.ratings import evaluate_ratings, paired_rating_difference, pooled
from tfrec_dl.reviews.reviews import Reviews


class Fixed:
    def __init__(self, predicted):
        self.predicted = predicted

    def predict_ratings(self, user_ids, item_ids):
        assert list(user_ids[:2]) == ["a", "b"]
        return np.array(self.predicted, dtype=np.float32)


def reviews_of(ratings) -> Reviews:
    users = ["a", "b", *[f"u{row}" for row in range(len(ratings) - 2)]]
    return Reviews.from_frame(pd.DataFrame({"user_id": users, "item_id": "x", "rating": ratings, "review": ""}))


def test_errors_by_hand():
    report = evaluate_ratings(Fixed([4.0, 3.0, 1.0]), reviews_of([5.0, 3.0, 3.0]))
    assert report.summary() == pytest.approx({"mse": 5 / 3, "rmse": (5 / 3) ** 0.5, "mae": 1.0})


def test_pooled_errors_are_those_of_all_ratings():
    long = evaluate_ratings(Fixed([4.0, 3.0, 1.0]), reviews_of([5.0, 3.0, 3.0]))
    short = evaluate_ratings(Fixed([1.0, 1.0]), reviews_of([1.0, 1.0]))
    assert pooled([long, short]).summary()["mse"] == pytest.approx(5 / 5)


def test_a_difference_is_paired_and_negative_where_the_first_is_better():
    generator = np.random.default_rng(0)
    reviews = reviews_of(generator.integers(1, 6, 300).astype(float))
    guess = reviews.ratings + generator.normal(size=300)
    better = evaluate_ratings(Fixed(reviews.ratings + 0.9 * (guess - reviews.ratings)), reviews)
    worse = evaluate_ratings(Fixed(guess), reviews)
    found = paired_rating_difference(better, worse)
    assert found.low < found.difference < found.high < 0
    assert found.p == pytest.approx(stats.ttest_rel(better.squared_errors, worse.squared_errors).pvalue)


def test_reports_over_different_ratings_cannot_be_paired():
    one, other = (evaluate_ratings(Fixed([1.0, 1.0]), reviews_of(ratings)) for ratings in ([1.0, 2.0], [1.0, 3.0]))
    with pytest.raises(InputError, match="different ratings"):
        paired_rating_difference(one, other)


def test_a_prediction_that_is_no_number_is_refused_by_its_pair():
    with pytest.raises(InputError, match="1 of 2 predictions .* user 'b' with item 'x'"):
        evaluate_ratings(Fixed([1.0, np.nan]), reviews_of([1.0, 2.0]))
