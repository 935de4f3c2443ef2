"""Conditions on attributes against a plain reading of them, row by row."""

import functools
import operator
from datetime import date

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from tfrec_dl.errors import InputError
from tfrec_dl.serving.attributes.attributes import ItemAttributes
from tfrec_dl.serving.attributes.columns import AttributeColumns, attribute_columns
from tfrec_dl.serving.attributes.compact import restored_columns
from tfrec_dl.serving.attributes.source import AttributeSource
from tfrec_dl.serving.refusals import refusals_explained

TABLE = pd.DataFrame(
    {
        "item_id": ["a", "b", "c", "d", "e=1", "nobody"],
        "genres": ["War|Drama", "Drama", None, "Sea", "a=b|War", "Sea"],
        "year": [1990, 2000, np.nan, 1985, 1990.5, 1],
        "released": ["2020-01-31", "2021-02-28", "1969-12-31", None, "2000-02-29", "1900-03-01"],
        "maker": ['π, "x"', "B", "B", "", 'π, "x"', "C"],
    }
)
IDS = ["d", "a", "e=1", "missing", "c", "b"]
COMPARE = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

MOST = 4  # conditions of a row


@functools.cache
def values_of(item: str, name: str) -> list:
    row = TABLE[TABLE["item_id"] == item]
    cell = row[name].iloc[0] if len(row) else None
    if cell is None or cell == "" or cell != cell:
        return []
    if name == "released":
        return [float(date.fromisoformat(cell).toordinal() - date(1970, 1, 1).toordinal())]
    return str(cell).split("|") if name in ("genres", "maker") else [float(cell)]


def holds(item: str, name: str, sign: str, value: str) -> bool:
    found = values_of(item, name)
    if name == "released":
        value = date.fromisoformat(value).toordinal() - date(1970, 1, 1).toordinal()
    elif name == "year":
        value = float(value)
    if sign == "!=":
        return bool(found) and value not in found
    return any(COMPARE[sign](each, value) for each in found)


def fulfils(item: str, must: list[tuple], must_not: list[tuple]) -> bool:
    alternatives: dict[str, list[bool]] = {}
    for name, sign, value in must:
        if sign == "=":
            alternatives.setdefault(name, []).append(holds(item, name, sign, value))
        elif not holds(item, name, sign, value):
            return False
    return all(map(any, alternatives.values())) and not any(holds(item, *each) for each in must_not)


@pytest.fixture(scope="module")
def attributes() -> ItemAttributes:
    return ItemAttributes(attribute_columns(TABLE, IDS))


def drawn(generator, most: int) -> list[tuple]:
    found = []
    for _ in range(generator.integers(most + 1)):
        name = generator.choice(["genres", "year", "released", "maker"])
        signs = ["=", "!="] if name in ("genres", "maker") else list(COMPARE)
        values = {
            "genres": ["War", "Drama", "Sea", "a=b", "None such"],
            "year": ["1990", "1990.5", "2e3", "-1", "1985"],
            "released": ["2020-01-31", "2000-02-29", "1969-12-31", "1970-01-01", "2100-12-01"],
            "maker": ["B", 'π, "x"', "b"],
        }[name]
        found.append((str(name), str(generator.choice(signs)), str(generator.choice(values))))
    return found


def padded(rows: list[list[tuple]], width: int) -> tf.Tensor:
    return tf.constant([["".join(each) for each in row] + [""] * (width - len(row)) for row in rows], tf.string)


def test_what_is_allowed_is_what_the_conditions_say(attributes):
    generator, allowed = np.random.default_rng(0), tf.function(attributes.allowed)
    for _ in range(150):
        must, must_not = ([drawn(generator, MOST) for _ in range(3)] for _ in range(2))
        must[0], must_not[0] = must[0] or [("year", ">", "0")], must_not[0] or [("maker", "=", "B")]
        found = allowed(padded(must, MOST), padded(must_not, MOST)).numpy()[:, 2:]
        for row in range(3):
            expected = [fulfils(item, must[row], must_not[row]) for item in IDS]
            assert found[row].tolist() == expected, (must[row], must_not[row])


def test_boosts_are_sums_of_the_weights_of_what_holds(attributes):
    conditions = tf.constant([["genres=War", "year<2000", ""], ["", "maker=B", "genres!=War"]])
    weights = tf.constant([[0.5, -2.0, np.nan], [np.nan, 1.0, 3.0]])
    found = attributes.boosts(conditions, weights).numpy()[:, 2:]
    expected = [
        [0.5 * holds(i, "genres", "=", "War") - 2 * holds(i, "year", "<", "2000") for i in IDS],
        [holds(i, "maker", "=", "B") + 3.0 * holds(i, "genres", "!=", "War") for i in IDS],
    ]
    np.testing.assert_allclose(found, expected)


def test_equal_values_have_equal_codes(attributes):
    indices = tf.range(2, 2 + len(IDS))[None] * tf.ones([3, 1], tf.int32)
    codes = attributes.value_codes(indices, tf.constant(["genres", "year", "unknown"])).numpy()
    rows = [[set(row[row >= 0]) for row in each] for each in codes]
    assert (codes[2] == -1).all()
    for found, name in zip(rows, ("genres", "year"), strict=False):
        for one, item in zip(found, IDS, strict=True):
            for other, another in zip(found, IDS, strict=True):
                assert len(one & other) == len(set(values_of(item, name)) & set(values_of(another, name)))


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("nope=1", "'?nope=1'? does not name an attribute of this export, which has genres, year, released, maker"),
        ("year", "'?year'? cannot be read as a condition: write an attribute, one of = != < <= > >=, and a value"),
        ("=3", "=3 cannot be read as a condition"),
        ("genres=", "genres= cannot be read as a condition"),
        ("genres<War", "genres<War compares an attribute that is not a number: use = or !="),
        ("year=late", "year=late needs a number or a day such as 2020-01-31"),
        (b"gen\xffres=War", "cannot be read as a condition"),
        ("year>nan", "needs a number"),
        ("released<2001-02-30", "released<2001-02-30 needs a number or a day"),
        ("released<2001-04-31", "needs a number or a day"),
    ],
)
def test_what_cannot_be_answered_is_refused_and_named(attributes, condition, said):
    texts, nothing = tf.constant([["genres=War", condition]]), tf.constant([[""]])
    for ask in (
        lambda: attributes.allowed(texts, nothing),
        lambda: attributes.allowed(nothing, texts),
        lambda: attributes.boosts(texts, tf.ones([1, 2])),
    ):
        with pytest.raises(InputError, match=said), refusals_explained():
            ask()


def test_without_attributes_nothing_is_forbidden_and_every_condition_unknown():
    empty = ItemAttributes(AttributeColumns(5))
    nothing = tf.constant([[""], [""]])
    assert empty.allowed(nothing, nothing).numpy().all()
    assert empty.value_codes(tf.constant([[2, 3]]), tf.constant([""])).shape == (1, 2, 0)
    with (
        pytest.raises(InputError, match="does not name an attribute of this export, which has none"),
        refusals_explained(),
    ):
        empty.allowed(tf.constant([["a=b"]]), tf.constant([[""]]))


def test_columns_come_back_from_the_arrays(attributes):
    columns = attribute_columns(TABLE, IDS)
    restored = restored_columns({name: value.numpy() for name, value in attributes.arrays.items()})
    assert restored.kinds == columns.kinds and restored.size == columns.size
    for name, kind in columns.kinds.items():
        if kind == "number":
            np.testing.assert_array_equal(restored.columns[name], columns.columns[name])
        else:
            expected, found = ([set(text.split("|")) for text in each.columns[name]] for each in (columns, restored))
            assert found == expected


def test_texts_and_identifiers_are_attributes_where_they_are_asked_for():
    table = TABLE.assign(title=[f"a long title of number {n}" for n in range(6)])
    assert "title" not in attribute_columns(table, IDS).kinds
    assert attribute_columns(table, IDS, ["title", "year"]).kinds == {"title": "category", "year": "number"}


def test_a_name_that_no_condition_can_have_is_left_out_unless_it_is_asked_for(caplog):
    found = attribute_columns(TABLE.assign(**{"a<b": [1, 2, 3, 4, 5, 6]}), IDS)
    assert "a<b" not in found.kinds and "year" in found.kinds
    assert "'a<b'" in caplog.text


def test_a_table_of_texts_alone_is_refused_where_attributes_are_asked_for():
    table = pd.DataFrame({"item_id": IDS, "title": [f"a long title of number {n}" for n in range(6)]})
    assert not AttributeSource(table, may_be_none=True).read(IDS).kinds
    assert AttributeSource(table, ("title",)).read(IDS).kinds == {"title": "category"}
    with pytest.raises(InputError, match="no column of categories, numbers or dates: name columns of text instead"):
        AttributeSource(table).read(IDS)


@pytest.mark.parametrize(
    ("change", "names", "said"),
    [
        ({}, ["genre"], "no column of items is called 'genre': did you mean 'genres'"),
        ({"item_id": ["p", "q", "r", "s", "t", "u"]}, None, "no id"),
        ({"a<b": [1, 2, 3, 4, 5, 6]}, ["a<b"], "'a<b' has a character of conditions"),
    ],
)
def test_tables_that_cannot_be_used_are_refused(change, names, said):
    with pytest.raises(InputError, match=said):
        attribute_columns(TABLE.assign(**change), IDS, names)
