"""A column that is known only afterwards is warned of, an honest one is not."""

import logging

import numpy as np
import pandas as pd
import pytest

from tests.impressions import CLICKS, impressions_of
from tfrec_dl.ranking.data.columns import ImpressionColumns
from tfrec_dl.ranking.data.feedback import Feedback
from tfrec_dl.ranking.data.impressions import Impressions
from tfrec_dl.ranking.data.outcomes import outcome_warning
from tfrec_dl.ranking.data.source import RankingSource
from tfrec_dl.ranking.data.splits import split_at_random

DRAW = np.random.default_rng(0)
ROWS = 800
CLICK = (DRAW.random(ROWS) < 0.3).astype(int)
NOISE = DRAW.random(ROWS)
OUTCOMES = {
    "dwell time, 0 without a click": np.where(CLICK, 5 + NOISE * 200, 0),
    "dwell time, missing without a click": np.where(CLICK, NOISE, np.nan),
    "dwell time that overlaps a little": np.where(CLICK, 5 + NOISE * 200, NOISE * 5.2),
    "time until it was dismissed": np.where(CLICK, -1, NOISE),
    "bought": CLICK * (NOISE < 0.4),
    "id of the order": np.where(CLICK * (NOISE < 0.4), [f"o{row}" for row in range(ROWS)], ""),
    "type of the event": np.where(CLICK, np.where(NOISE < 0.5, "click", "tap"), np.where(NOISE < 0.5, "view", "skip")),
    "in the middle without a click": np.where(CLICK, np.where(NOISE < 0.5, NOISE, 2 + NOISE), 1 + NOISE / 2),
}
HONEST = {
    "noise": NOISE,
    "a strong feature": CLICK + NOISE * 1.5,
    "a rare value": np.where(np.arange(ROWS) == CLICK.argmax(), "rare", "common"),
    "another value a row": np.array([f"v {row}" for row in range(ROWS)]),
    "missing at random": np.where(NOISE < 0.5, NOISE, np.nan),
}


def warning_of(feedback=CLICKS, **features):
    frame = pd.DataFrame({"user_id": "u", "item_id": "i", "click": CLICK, **features})
    kinds = {name: "category" for name, values in features.items() if np.asarray(values).dtype.kind == "U"}
    return outcome_warning(split_at_random(Impressions.from_frame(frame, feedback, ImpressionColumns(context=kinds))))


@pytest.mark.parametrize("values", OUTCOMES.values(), ids=OUTCOMES)
def test_an_outcome_is_named_and_honest_columns_are_not(values):
    found = warning_of(after=values, price=NOISE)
    assert (
        "columns that nearly give the label away, each by itself: 'after'; what is known only after an impression is "
        "not part of requests" in found
    )
    assert "price" not in found


def test_honest_columns_are_not_warned_of():
    assert warning_of(**HONEST) is None


def test_all_outcomes_are_in_one_line():
    found = warning_of(dwell=OUTCOMES["dwell time, 0 without a click"], bought=OUTCOMES["bought"])
    assert "give the label away, each by itself: 'dwell', 'bought';" in found
    assert "\n" not in found


def test_outcomes_of_conversions_and_of_ratings_are_named_too():
    stars = DRAW.integers(1, 6, ROWS)
    orders = CLICK * (NOISE < 0.5)
    value = np.where(orders, 20 + DRAW.random(ROWS), DRAW.random(ROWS))
    assert "'value'" in warning_of(Feedback(click="click", conversion="order"), order=orders, value=value)
    found = warning_of(Feedback(rating="stars"), stars=stars, sentiment=stars + NOISE, price=NOISE)
    assert "'sentiment'" in found
    assert "price" not in found


def test_few_rows_say_nothing_and_neither_does_a_table_without_features():
    frame = pd.DataFrame({"user_id": "u", "item_id": "i", "click": [0, 1] * 10, "after": [0, 1] * 10})
    assert outcome_warning(split_at_random(Impressions.from_frame(frame, CLICKS), 0.3, 0.3)) is None
    assert outcome_warning(split_at_random(impressions_of(frame), 0.3, 0.3)) is None


def test_the_source_that_train_and_compare_read_warns(tmp_path, caplog):
    frame = pd.DataFrame({"user_id": "u", "item_id": "i", "click": CLICK, "seconds": CLICK * NOISE})
    frame.to_csv(tmp_path / "log.csv", index=False)
    for context, warned in (({}, 1), ({"seconds": "ignore"}, 0)):
        caplog.clear()
        RankingSource(str(tmp_path / "log.csv"), CLICKS, context=context).read()
        assert [record.levelno for record in caplog.records].count(logging.WARNING) == warned
