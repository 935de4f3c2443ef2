import datetime

import numpy as np
import pandas as pd
import pytest

from tfrec_dl.data.catalogue.feature_kinds import infer_kind

WORDS = [f"w{i}" for i in range(30)]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2, 3], "number"),
        ([0.5, None, 2], "number"),
        (["1", "-2.5", " 3e4 ", ""], "number"),
        (["1995-01-01", "2001-12-31"], "number"),
        ([datetime.date(1995, 1, 1), datetime.date(2001, 12, 31), None], "number"),
        (pd.to_datetime(["1995-01-01", "2001-12-31"]), "number"),
        (["007", "123"], "category"),
        (["12345", "T8H1N"], "category"),
        ([True, False, True], "category"),
        (["red", "blue"], "category"),
        (["Sci Fi", "Film Noir", "Sci Fi", "Film Noir"], "category"),
        (["yes", None, "yes"], "category"),
        (["a|b", "c", "b|c"], "multi_category"),
        ([["a", "b"], ["c"]], "multi_category"),
        ([np.array(["a", "b"]), None], "multi_category"),
        (["The Matrix", "Alien", "Brazil"], "text"),
        ([f"红色运动连衣裙{i}号" for i in range(30)], "text"),
        ([f"红色运动连衣裙{i % 29}号" for i in range(30)], "text"),
        ([f"รองเท้าวิ่ง{i}" for i in range(30)], "text"),
        ([f"ランニングシューズ{i}" for i in range(30)], "text"),
        ([f"ស្បែកជើង{i}" for i in range(30)], "text"),
        ([f"ເກີບ{i}" for i in range(30)], "text"),
        (["连衣裙", "跑鞋", "手提包"] * 10, "category"),
        ([f"A{i}号" for i in range(29)] * 2, "category"),
        ([f"{word} {word}" for word in WORDS], "text"),
        (["a very long plot " * 9, "a very long plot " * 9, "x y"], "text"),
        ([b"\xff\xd8", None], "image"),
        ([np.zeros((2, 2, 3), np.uint8)], "image"),
        (pd.Categorical(["red", None, "blue"]), "category"),
        (pd.Categorical([3, None, 4]), "number"),
        (pd.array([3, None, 4], dtype="Int64"), "number"),
        (pd.array(["x", None, "y"], dtype="string"), "category"),
    ],
)
def test_the_kind_follows_from_the_values(values, kind):
    assert infer_kind(pd.Series(values), lambda path: False) == (kind, "")


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([None, None], "it has no values"),
        (["", " "], "it has no values"),
        ([np.nan, np.nan], "it has no values"),
        (["x", "x"], "its only value is 'x'"),
        ([5, 5, None], "its only value is 5.0"),
        (WORDS, "as identifiers are"),
        ([f"A-{i}号" for i in range(30)], "as identifiers are"),
        ([f"v{i}.1.0" for i in range(30)], "as identifiers are"),
        ([f"{i}.5" for i in range(29)] + ["—"], "29 of 30 values are numbers, but '—' is not"),
        ([f"${i}.50" for i in range(30)], "numbers except for the signs in '$0.50'"),
        ([f"1,{i + 100}.70" for i in range(30)], "numbers except for the signs in '1,100.70'"),
        ([f"{i},70" for i in range(30)], "numbers except for the signs in '0,70'"),
        ([f"{i}%" for i in range(30)], "numbers except for the signs in '0%'"),
        ([{"a": 1}], "it holds structures"),
        ([b"abc", None], "it holds bytes such as b'abc', which are not a picture"),
        ([[0.5, 1.0], [0.0, 2.0]], "it holds vectors such as [0.5, 1.0]"),
    ],
)
def test_a_column_that_tells_nothing_is_no_feature(values, reason):
    kind, words = infer_kind(pd.Series(values), lambda path: False)
    assert kind is None
    assert reason in words


def test_paths_are_images_where_any_picture_is_there():
    paths = pd.Series(["a/1.jpg", "2.PNG", None])
    assert infer_kind(paths, lambda path: path == "2.PNG") == ("image", "")
    kind, reason = infer_kind(paths, lambda path: False)
    assert kind is None
    assert "names pictures such as 'a/1.jpg', none of which" in reason
    assert infer_kind(pd.Series(["a.tiff"]), lambda path: True)[0] is None
