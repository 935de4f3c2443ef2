import gzip

import numpy as np
import pandas as pd
import pytest

from tfrec_dl.errors import InputError
from tfrec_dl.reviews.reviews import ReviewColumns, Reviews


def table(**changed) -> pd.DataFrame:
    columns = {
        "user_id": ["007", "b", "007"],
        "item_id": ["x", "x", "y"],
        "rating": [5.0, 4.0, 1.0],
        "review": ["Great strings.", None, "Broke at once"],
        "summary": ["Five stars", "Fine", ""],
    }
    return pd.DataFrame({**columns, **changed})


def test_summary_and_review_are_joined_and_a_missing_one_is_no_text():
    reviews = Reviews.from_frame(table())
    assert list(reviews.texts) == ["Five stars\nGreat strings.", "Fine", "Broke at once"]
    assert list(reviews.user_ids[reviews.users]) == ["007", "b", "007"]
    assert reviews.ratings.dtype == np.float32


def test_named_text_columns_are_joined_in_their_order():
    reviews = Reviews.from_frame(table(), ReviewColumns(texts=("review", "summary")))
    assert reviews.texts[0] == "Great strings.\nFive stars"


def test_a_file_reads_as_the_frame_it_holds_with_quoted_newlines_and_ids_as_text(tmp_path):
    frame = table(review=['He said "fine",\nthen left', "10.0", ""])
    path = tmp_path / "reviews.csv.gz"
    with gzip.open(path, "wt", newline="") as file:
        frame.to_csv(file, index=False)
    read = Reviews.read(path)
    assert list(read.texts) == ['Five stars\nHe said "fine",\nthen left', "Fine\n10.0", ""]
    assert list(read.user_ids) == ["007", "b"]
    assert list(read.ratings) == [5.0, 4.0, 1.0]


def test_a_very_long_review_is_taken_whole():
    assert len(Reviews.from_frame(table(review=["x" * 100_000] * 3)).texts[2]) == 100_000


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"rating": [5.0, None, 1.0]}, "column 'rating', row 2: the rating is missing"),
        ({"rating": ["5", "good", "1"]}, "column 'rating', row 2: the rating is not a number"),
        ({"user_id": ["a", "b", None]}, "column 'user_id', row 3: the id is missing"),
        ({"review": ["a", "b", ["c"]]}, "column 'review', row 3"),
    ],
)
def test_bad_values_are_named_by_column_and_row(changed, message):
    with pytest.raises(InputError) as caught:
        Reviews.from_frame(table(**changed))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_table_without_text_is_refused():
    with pytest.raises(InputError, match="no column 'review'"):
        Reviews.from_frame(table().drop(columns=["review", "summary"]))


def test_one_column_cannot_play_two_parts():
    with pytest.raises(InputError, match="'rating'"):
        Reviews.from_frame(table(), ReviewColumns(texts=("rating",)))


def test_an_empty_table_is_refused():
    with pytest.raises(InputError, match="no reviews"):
        Reviews.from_frame(table().head(0))
