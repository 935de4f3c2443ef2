"""Parsing of attribute conditions inside a TensorFlow graph."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

CONDITION = r"\A([^=<>!]+)(<=|>=|!=|=|<|>)(\C+)\z"
NUMBER = r"[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,3})?"
OF_MONTH = r"0[1-9]|[12][0-9]"  # days that every month has, with February as in leap years
DAY = rf"[0-9]{{4}}-((0[13578]|1[02])-({OF_MONTH}|3[01])|(0[469]|11)-({OF_MONTH}|30)|02-({OF_MONTH}))"


class Conditions(NamedTuple):
    """N parsed conditions.

    Attributes:
        rows: [N] int64, row of the request.
        texts: [N], original texts.
        names: [N], attribute names.
        operators: [N].
        values: [N], texts.
        readable: [N] bool, whether the text is a condition.
        has_amount: [N] bool, whether the value is a number or a date.
        amounts: [N] float32, the value as a number, or the days since 1970 for a date; 0 if it is neither.
        attributes: [N] int32, number of the attribute.
    """

    rows: tf.Tensor
    texts: tf.Tensor
    names: tf.Tensor
    operators: tf.Tensor
    values: tf.Tensor
    readable: tf.Tensor
    has_amount: tf.Tensor
    amounts: tf.Tensor
    attributes: tf.Tensor

    def at(self, places: tf.Tensor) -> Conditions:
        """Returns the conditions at these positions."""
        return Conditions(*(tf.gather(each, places) for each in self))


def read_conditions(texts: tf.Tensor) -> Conditions:
    """Parses conditions [B, C]; skips those that are ""."""
    rows = tf.where(texts != "")[:, 0]
    given = tf.boolean_mask(texts, texts != "")
    readable = tf.strings.regex_full_match(given, CONDITION)
    names, operators, values = (tf.strings.regex_replace(given, CONDITION, rf"\{part}") for part in (1, 2, 3))
    is_number, is_day = (tf.strings.regex_full_match(values, pattern) for pattern in (NUMBER, DAY))
    numbers = tf.strings.to_number(tf.where(is_number, values, "0"), tf.float32)
    amounts = tf.cond(
        tf.reduce_any(is_day),
        lambda: tf.where(is_day, _days_of(tf.where(is_day, values, "1970-01-01")), numbers),
        lambda: numbers,
    )
    has_amount, attributes = is_number | is_day, tf.zeros_like(rows, tf.int32)
    return Conditions(rows, given, names, operators, values, readable, has_amount, amounts, attributes)


def _days_of(days: tf.Tensor) -> tf.Tensor:
    """Converts "year-month-day" to days since 1970: [N] float32, in the Gregorian calendar."""
    parts = (tf.strings.substr(days, start, length) for start, length in ((0, 4), (5, 2), (8, 2)))
    year, month, day = (tf.strings.to_number(part, tf.int32) for part in parts)
    # Years start in March, so that the leap day is the last day of a year.
    from_march = (month + 9) % 12
    year = year - from_march // 10
    of_year = (153 * from_march + 2) // 5 + day - 1
    return tf.cast(365 * year + year // 4 - year // 100 + year // 400 + of_year - 719_468, tf.float32)
