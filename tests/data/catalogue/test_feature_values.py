import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from tfrec_dl.data.catalogue.feature_values import checked_lists, checked_measures, checked_texts
from tfrec_dl.errors import InputError


def locate(row):
    return f"row {row + 1}"


def values(check, column):
    # pandas 3 takes a list of text for its own text type, which has no room for invalid Unicode.
    column = pd.Series(column, dtype=object if isinstance(column, list) and isinstance(column[0], str) else None)
    return check(column, "x", locate).tolist()


def refused(check, column):
    with pytest.raises(InputError) as caught:
        values(check, column)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ([" a b ", None, "", "NA"], ["a b", "", "", "NA"]),
        ([10.0, None, 0.5], ["10", "", "0.5"]),
        (pd.array([10, None], dtype="Int64"), ["10", ""]),
        (pd.Categorical([10, None]), ["10", ""]),
        ([True, None], ["True", ""]),
        (["☕\ny"], ["☕\ny"]),
    ],
)
def test_texts_are_stripped_and_numbers_spelt_as_integers(column, expected):
    assert values(checked_texts, column) == expected


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (["a | b", "|a||", " ", None, "a"], ["a|b", "a", "", "", "a"]),
        ([["a ", None, "b"], ("c",), [], np.array([1, 2]), {"z", "y"}], ["a|b", "c", "", "1|2", "y|z"]),
        ([["a", np.nan], None], ["a", ""]),
    ],
)
def test_lists_are_joined(column, expected):
    assert values(checked_lists, column) == expected


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (["1", " 2.5", "", "nan"], [1, 2.5, None, None]),
        ([True, False], [1, 0]),
        (pd.array([3, None], dtype="Int64"), [3, None]),
        (pd.Categorical([3, None]), [3, None]),
        ([Decimal("1.5"), None], [1.5, None]),
        (["1970-01-02", "", "1969-12-31T12:00:00Z"], [1, None, -0.5]),
        (pd.to_datetime(["1970-01-02", None]), [1, None]),
        ([datetime.date(1970, 1, 2), None], [1, None]),
        (pd.to_datetime(["1970-01-02T01:00:00+01:00"]), [1]),
        ([None, None], [None, None]),
    ],
)
def test_numbers_and_dates_are_float32(column, expected):
    found = checked_measures(pd.Series(column), "x", locate)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, np.array(expected, dtype=np.float32))


@pytest.mark.parametrize(
    ("check", "column", "words"),
    [
        (checked_texts, ["a", ["b"]], "column 'x', row 2: the value ['b'] is of type list: use text"),
        (checked_texts, ["a", b"b"], "column 'x', row 2: the value b'b' is of type bytes"),
        (checked_texts, ["a", np.eye(2)], "column 'x', row 2: the value array([[1., 0.],        [0., 1.]]) is of type"),
        (checked_texts, ["a", "b\0"], "column 'x', row 2: the text has a NUL byte at character 2"),
        (checked_lists, [["a"], ["b|c"]], "column 'x', row 2: ['b|c'] holds '|', which separates values"),
        (checked_lists, [["a"], [["b"]]], "column 'x', row 2: the value ['b'] is of type list"),
        (checked_lists, ["a", "b|\ud800"], "column 'x', row 2: the text is not valid Unicode at character 3"),
        (checked_measures, [1.0, -np.inf], "column 'x', row 2: the number is infinite or too large, got -inf"),
        (checked_measures, ["1", "1e39"], "column 'x', row 2: the number is infinite or too large"),
        (checked_measures, ["1", "one"], "column 'x', row 2: the value is neither a number nor a date, got 'one'"),
        (checked_measures, ["1970-01-01", "1970-13-01"], "column 'x', row 2: the value is neither"),
        (checked_measures, [1, [2]], "column 'x', row 2: the value is neither a number nor a date, got [2]"),
        (checked_measures, [1j], "column 'x' holds complex128 values such as 1j: not numbers"),
    ],
)
def test_a_value_of_another_kind_is_refused_with_its_row(check, column, words):
    assert words in refused(check, column)
