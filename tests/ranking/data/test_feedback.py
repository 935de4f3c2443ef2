"""What columns say of impressions."""

import numpy as np
import pandas as pd
import pytest

from tfrec_dl.errors import InputError
from tfrec_dl.ranking.data.feedback import Feedback, Labels


def read(feedback: Feedback, **columns: list) -> Labels:
    return feedback.read(pd.DataFrame(columns), lambda row: f"row {row + 1}")


def test_clicks_conversions_and_ratings_are_taken_as_they_are():
    feedback = Feedback(click="seen", conversion="bought", rating="stars")
    found = read(feedback, seen=[1, 0, 1], bought=[True, False, False], stars=["4.5", "1", "2"])
    assert feedback.labels == ("click", "conversion", "rating")
    assert {name: values.tolist() for name, values in found.values.items()} == {
        "click": [1, 0, 1],
        "conversion": [1, 0, 0],
        "rating": [4.5, 1, 2],
    }
    assert all(values.dtype == np.float32 for values in found.values.values())
    assert found.weights is None
    assert found.kept.all()


def test_ratings_from_the_limit_on_are_clicks_and_all_below_are_none():
    found = read(Feedback(click="stars", like=4), stars=[5, 4, 3.5, 1])
    assert found.values["click"].tolist() == [1, 1, 0, 0]
    assert found.kept.all()
    assert found.weights is None


@pytest.mark.parametrize(("yes", "no"), [(True, False), ("True", "False"), ("true", "0"), ("TRUE", "FALSE")])
def test_truth_values_are_clicks(yes, no):
    assert read(Feedback(click="click"), click=[yes, no]).values["click"].tolist() == [1, 0]


def test_rows_between_like_and_dislike_say_nothing_and_dislikes_count_as_asked():
    found = read(Feedback(click="stars", like=4, dislike=2, dislike_weight=3), stars=[5, 4, 3, 2, 1])
    assert found.kept.tolist() == [True, True, False, True, True]
    assert found.values["click"][found.kept].tolist() == [1, 1, 0, 0]
    assert found.weights is not None
    assert found.weights[found.kept].tolist() == [1, 1, 3, 3]


def test_what_converts_among_the_rows_left_out_is_no_error():
    found = read(Feedback(click="stars", like=4, dislike=2, conversion="bought"), stars=[5, 3, 1], bought=[1, 1, 0])
    assert found.values["conversion"][found.kept].tolist() == [1, 0]


def test_confidence_is_one_plus_the_log_of_one_plus_the_multiple_of_the_clicks_median():
    found = read(Feedback(click="click", confidence="dwell"), click=[1, 1, 1, 1, 0], dwell=[10, 20, 60, 0, 1_000])
    # The median of the clicks above 0 is 20; a row without a click counts 1, whatever its dwell time.
    assert found.weights == pytest.approx([1 + np.log(1.5), 1 + np.log(2), 1 + np.log(4), 1, 1])


@pytest.mark.parametrize("nothing", [None, np.nan, "", " "])
def test_what_comes_of_clicks_may_be_empty_where_there_is_none(nothing):
    given = {"click": [1, 0, 1, 0], "bought": [1, nothing, 0, nothing], "dwell": [10, nothing, 20, nothing]}
    found = read(Feedback(click="click", conversion="bought", confidence="dwell"), **given)
    assert found.values["conversion"].tolist() == [1, 0, 0, 0]
    assert found.weights == pytest.approx([1 + np.log(1 + 10 / 15), 1, 1 + np.log(1 + 20 / 15), 1])


def test_weights_of_all_kinds_multiply():
    feedback = Feedback(click="plays", like=10, dislike=1, dislike_weight=2, confidence="plays", weight="share")
    found = read(feedback, plays=[10, 30, 5, 1], share=[0.5, 2, 1, 0.25])
    assert found.weights is not None
    assert found.weights[found.kept] == pytest.approx([0.5 * (1 + np.log(1.5)), 2 * (1 + np.log(2.5)), 0.25 * 2])


def test_ratings_alone_are_sure_by_their_confidence():
    found = read(Feedback(rating="stars", confidence="plays"), stars=[1, 2], plays=[3, 3])
    assert found.weights == pytest.approx([1 + np.log(2)] * 2)


def test_columns_are_each_read_once():
    feedback = Feedback(click="plays", like=3, rating="stars", confidence="plays", weight="w")
    assert feedback.columns == ("plays", "stars", "w")


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({}, "no label is named: name the column of clicks or that of ratings"),
        ({"rating": "r", "conversion": "bought"}, "conversions are in column 'bought', but no column of clicks"),
        ({"rating": "r", "like": 4}, "like is 4, but it is a threshold of a column that is not named"),
        ({"click": "r", "dislike": 2}, "dislike is 2 and like None: give like"),
        ({"click": "r", "like": 2, "dislike": 2}, "dislike is 2 and like 2: give like, with a value above dislike"),
        ({"click": "r", "dislike_weight": 0}, "dislike_weight is 0: it must be above 0"),
        ({"click": "r", "dislike_weight": float("nan")}, "dislike_weight is nan"),
    ],
    ids=str,
)
def test_parts_that_do_not_fit_are_refused(parts, message):
    with pytest.raises(InputError) as refused:
        Feedback(**parts)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


BOUGHT = Feedback(click="click", conversion="bought")


@pytest.mark.parametrize(
    ("feedback", "columns", "message"),
    [
        (Feedback(click="click"), {"click": [0, 1, 2]}, "column 'click', row 3: the value is neither 0 nor 1, got 2"),
        (Feedback(click="click"), {"click": [0, 1, 2]}, "or give like=VALUE"),
        (Feedback(click="click"), {"click": [0, 1, None]}, "column 'click', row 3: the click is missing"),
        (Feedback(click="click"), {"click": ["0", "1", "yes"]}, "row 3: the click is not a number, got 'yes'"),
        (Feedback(click="click"), {"click": [0, 0]}, "every row's click is 0.0 by column 'click'"),
        (Feedback(click="r", like=1), {"r": [1, 5]}, "every row's click is 1.0 by column 'r'"),
        (Feedback(click="r", like=9, dislike=0), {"r": [1, 5]}, "column 'r' leaves no row that is liked or disliked"),
        (BOUGHT, {"click": [1, 0, 0], "bought": [1, 1, 1]}, "'bought', row 2 (and in 1 more): it converts without"),
        (BOUGHT, {"click": [1, 0], "bought": [None, 0]}, "column 'bought', row 1: the conversion is missing"),
        (
            Feedback(click="c", confidence="d"),
            {"c": [0, 1], "d": [7, None]},
            "column 'd', row 2: the weight is missing",
        ),
        (BOUGHT, {"click": [1, 0], "bought": [0.5, 0]}, "'bought', row 1: the value is neither 0 nor 1, got 0.5"),
        (Feedback(rating="r"), {"r": [1, np.inf]}, "column 'r', row 2: the rating is infinite"),
        (Feedback(rating="r", weight="w"), {"r": [1, 2], "w": [1, -2]}, "'w', row 2: the weight is negative, got -2"),
        (Feedback(rating="r", weight="w"), {"r": [1, 2], "w": [0, 0]}, "column 'w' is 0 in every row"),
        (Feedback(click="c", confidence="d"), {"c": [1, 0], "d": [0, 7]}, "column 'd' is 0 for every click"),
    ],
    ids=str,
)
def test_values_that_say_nothing_are_refused_with_the_row(feedback, columns, message):
    with pytest.raises(InputError) as refused:
        read(feedback, **columns)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)
