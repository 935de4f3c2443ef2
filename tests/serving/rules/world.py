"""A catalogue small enough to be read, in which scores, deviations and cosines are exact in float32."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from tfrec_dl.data.catalogue.feature_kinds import Kind
from tfrec_dl.serving.attributes.attributes import ItemAttributes
from tfrec_dl.serving.attributes.columns import AttributeColumns
from tfrec_dl.serving.module import ServingModule

SIZE, K_MAX = 35, 12
IDS = tuple(["a=b", "c@2", "d,e", "f@g=1", 'π,"\n🎬', *(f"item-{number}" for number in range(5, SIZE))])
GENRES = ("War", "Drama", "Sea", "Film=Noir, 1")
KINDS: dict[str, Kind] = {"genres": "multi_category", "year": "number"}
DEVIATION = 2.0  # of the scores of every history

_draw = np.random.default_rng(7)
# Row of the last item, or of no item, -> scores from -3 to 3, each five times; of a new user the counts, from 0 to 6.
SCORES = np.array([_draw.permutation(np.repeat(np.arange(-3, 4), 5)) for _ in range(SIZE)], np.float32)
COUNTS = _draw.permutation(np.repeat(np.arange(7), 5)).astype(np.float32)
GENRES_OF = [tuple(_draw.choice(GENRES, _draw.integers(0, 4), replace=False)) for _ in range(SIZE)]  # () is missing
YEARS_OF = np.where(_draw.random(SIZE) < 0.2, np.nan, _draw.integers(1990, 1996, SIZE)).astype(np.float32)
VECTORS = np.eye(6, dtype=np.float32)[_draw.integers(0, 6, SIZE)] * _draw.choice([-1, 1], (SIZE, 1)).astype(np.float32)


class ExactModule(ServingModule):
    """Scores by the last item of a history."""

    def __init__(self, keep_seen: bool = False) -> None:
        super().__init__(IDS, np.concatenate([[0, 0], COUNTS]), K_MAX, keep_seen)
        columns = {"genres": np.array(["", "", *map("|".join, GENRES_OF)], object)}
        columns["year"] = np.concatenate([[np.nan, np.nan], YEARS_OF])
        self.attributes = ItemAttributes(AttributeColumns(self.size, KINDS, columns))
        self.table = tf.constant(np.pad(SCORES, [[2, 0], [2, 0]]))
        self.all_vectors = tf.constant(np.pad(VECTORS, [[2, 0], [0, 0]]))

    def scores(self, seen: tf.Tensor) -> tf.Tensor:
        place = tf.reduce_max(tf.where(seen > 0, tf.range(tf.shape(seen)[1]), 0), axis=1)
        return tf.gather(self.table, tf.gather(tf.pad(seen, [[0, 0], [0, 1]]), place, batch_dims=1))

    def item_vectors(self, indices: tf.Tensor) -> tf.Tensor:
        return tf.gather(self.all_vectors, indices)


def holds(condition: str, item: int) -> bool:
    """Whether a condition holds for an item, by its definition."""
    operator = next(each for each in ("!=", ">=", "<=", ">", "<", "=") if each in condition)
    name, _, value = condition.partition(operator)
    if name == "genres":
        return bool(GENRES_OF[item]) and (value in GENRES_OF[item]) == (operator == "=")
    year, bound = YEARS_OF[item], float(value)
    compared = {">=": year >= bound, "<=": year <= bound, ">": year > bound, "<": year < bound, "=": year == bound}
    return bool(compared[operator] if operator != "!=" else year < bound or year > bound)


def fulfils(must: Sequence[str], must_not: Sequence[str], item: int) -> bool:
    """All of `must` hold, those with = of one attribute as alternatives, and none of `must_not`."""
    equal: dict[str, list[bool]] = {}
    for condition in must:
        name, mark, _ = condition.partition("=")
        if mark and name.isalpha():
            equal.setdefault(name, []).append(holds(condition, item))
        elif not holds(condition, item):
            return False
    return all(map(any, equal.values())) and not any(holds(condition, item) for condition in must_not)


def values_of(name: str, item: int) -> tuple:
    """The values of an attribute that an item has."""
    return GENRES_OF[item] if name == "genres" else () if np.isnan(YEARS_OF[item]) else (float(YEARS_OF[item]),)
