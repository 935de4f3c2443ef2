"""Numeric features that compare a candidate with the rest of its list and with the user's past items."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from tfrec_dl.configurations import configuration
from tfrec_dl.ranking.features.list_relative import list_relative, list_sizes

NAN = float("nan")


class Compared(NamedTuple):
    """Input of comparisons: R candidates of B lists.

    Attributes:
        numbers: maps names to [R] float32, NaN for missing values.
        lists: [R] int32, ascending.
        keys: [R] int64, keys by which a candidate is recognized.
        past_keys: [B, L] int64 keys of past items, oldest first, right-padded with -1.
        past_numbers: maps names to [B, L] float32, values when the past items were shown, NaN for missing ones.
        past_ages: [B, L] float32, how long ago the past items were shown, NaN if missing.
    """

    numbers: Mapping[str, tf.Tensor]
    lists: tf.Tensor
    keys: tf.Tensor
    past_keys: tf.Tensor
    past_numbers: Mapping[str, tf.Tensor]
    past_ages: tf.Tensor


@configuration
class Comparisons:
    """Which numbers are compared, and how.

    Attributes:
        differences: numbers compared by their difference.
        ratios: numbers compared by the logarithm of their ratio; these are always positive, such as prices.
        in_lists: whether impressions are shown in lists.
        timed: whether the times of past interactions are known.
    """

    differences: tuple[str, ...] = ()
    ratios: tuple[str, ...] = ()
    in_lists: bool = False
    timed: bool = False

    @classmethod
    def learn(cls, numbers: Mapping[str, np.ndarray], in_lists: bool, timed: bool) -> "Comparisons":
        """Decides from the training impressions, given numbers {name: [n] float32, NaN where missing}."""
        ratios = tuple(name for name, values in numbers.items() if np.nanmin(values, initial=np.inf) > 0)
        return cls(tuple(name for name in numbers if name not in ratios), ratios, in_lists, timed)

    @property
    def names(self) -> tuple[str, ...]:
        """Returns the names of the outputs of `of`, in order."""
        found = ["times met before", "events since it was met"]
        found += ["time since it was met", "time since the last event"] if self.timed else []
        found += ["past events"]
        found += ["candidates in the list", "the item met last is in the list"] if self.in_lists else []
        for name in (*self.differences, *self.ratios):
            found += [f"{name} (rank in the list)", f"{name} (distance from the list)"] if self.in_lists else []
            found += [f"{name} (beside the item met last)", f"{name} (beside all items met)"]
        return tuple(found)

    def of(self, compared: Compared) -> dict[str, tf.Tensor]:
        """Computes the comparisons in the graph: {name: [R] float32, NaN if there is nothing to compare with}."""
        values = [*self._with_history(compared)]
        for name in (*self.differences, *self.ratios):
            scale = tf.math.log if name in self.ratios else tf.identity
            number, past = scale(compared.numbers[name]), scale(compared.past_numbers[name])
            if self.in_lists:
                values += list_relative(number, compared.lists)
            values += _beside(number, past, compared)
        return dict(zip(self.names, values, strict=True))

    def _with_history(self, compared: Compared) -> list[tf.Tensor]:
        lists, past = compared.lists, compared.past_keys
        is_event = past != -1
        length = tf.math.count_nonzero(is_event, axis=1, dtype=tf.float32)
        # Number of events after each one: 0 for the last.
        after = length[:, None] - 1 - tf.cast(tf.range(tf.shape(past)[1]), tf.float32)
        same = (tf.gather(past, lists) == compared.keys[:, None]) & tf.gather(is_event, lists)
        count = tf.math.count_nonzero(same, axis=1, dtype=tf.float32)
        since = tf.reduce_min(tf.where(same, tf.gather(after, lists), float("inf")), axis=1)
        found = [count, tf.where(count > 0, since, NAN)]
        if self.timed:
            ages = tf.math.log1p(tf.maximum(compared.past_ages, 0.0))
            age = tf.reduce_min(tf.where(same, tf.gather(ages, lists), float("inf")), axis=1)
            youngest = tf.reduce_min(tf.where(is_event, ages, float("inf")), axis=1)
            found += [tf.where(count > 0, age, NAN), tf.gather(tf.where(length > 0, youngest, NAN), lists)]
        found.append(tf.gather(length, lists))
        if self.in_lists:
            last_is_here = tf.math.segment_max(tf.cast(since == 0, tf.float32), lists)
            found += [list_sizes(lists), tf.gather(tf.where(length > 0, last_is_here, NAN), lists)]
        return found


def _beside(number: tf.Tensor, past: tf.Tensor, compared: Compared) -> list[tf.Tensor]:
    """Returns a number minus that of the last past item, and minus the mean of all past items: [R] each."""
    known = tf.math.is_finite(past) & (compared.past_keys != -1)
    at = tf.where(known, tf.range(tf.shape(past)[1]), -1)
    last = tf.gather(past, tf.maximum(tf.reduce_max(at, axis=1), 0), batch_dims=1)
    count = tf.math.count_nonzero(known, axis=1, dtype=tf.float32)
    mean = tf.reduce_sum(tf.where(known, past, 0.0), axis=1) / count
    last = tf.where(count > 0, last, NAN)
    return [number - tf.gather(last, compared.lists), number - tf.gather(mean, compared.lists)]
