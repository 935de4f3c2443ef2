import numpy as np
import pandas as pd
import pytest

from tfrec_dl.errors import InputError
from tfrec_dl.reviews.reviews import Reviews
from tfrec_dl.reviews.splits import random_splits


@pytest.fixture(scope="module")
def reviews() -> Reviews:
    """A hundred reviews, each told by its rating."""
    rows = range(100)
    return Reviews.from_frame(
        pd.DataFrame(
            {
                "user_id": [f"u{row % 20}" for row in rows],
                "item_id": [f"i{row % 7}" for row in rows],
                "rating": [float(row) for row in rows],
                "review": [f"text {row}" for row in rows],
            }
        )
    )


def test_every_split_holds_every_review_once(reviews):
    for split in random_splits(reviews):
        parts = [split.train.ratings, split.validation.ratings, split.test.ratings]
        assert [len(part) for part in parts] == [80, 10, 10]
        assert sorted(np.concatenate(parts)) == list(range(100))


def test_no_rating_is_held_out_twice(reviews):
    splits = random_splits(reviews)
    held_out = np.concatenate([part.ratings for split in splits for part in (split.validation, split.test)])
    assert len(held_out) == len(set(held_out)) == 100


def test_held_out_reviews_have_lost_their_texts_and_training_reviews_kept_them(reviews):
    split = random_splits(reviews, count=1)[0]
    assert set(split.validation.texts) == set(split.test.texts) == {""}
    assert list(split.train.texts) == [f"text {rating:.0f}" for rating in split.train.ratings]


def test_the_seed_decides(reviews):
    first, again, other = (random_splits(reviews, seed=seed)[0].test.ratings for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"count": 6}, "6 splits that hold out 0.1 and 0.1 of the reviews need 1.2"),
        ({"count": 0}, "count is 0"),
        ({"count": 1, "test_share": 0.0}, "test_share 0.0"),
        ({"count": 1, "test_share": 0.001}, "empty part"),
    ],
)
def test_splits_that_cannot_be_drawn_are_refused(reviews, arguments, message):
    with pytest.raises(InputError, match=message):
        random_splits(reviews, **arguments)
