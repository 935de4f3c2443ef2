"""Values that an item shares with a history, beside a plain reference."""

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from tests.serving.stand_in import ITEMS, chain_model
from tfrec_dl.serving.attributes.attributes import ItemAttributes
from tfrec_dl.serving.attributes.columns import AttributeColumns, attribute_columns
from tfrec_dl.serving.attributes.common import MOST, in_common
from tfrec_dl.serving.attributes.source import AttributeSource
from tfrec_dl.serving.explanation import explanations

IDS = [f"i{item}" for item in range(30)]


def attributes(seed=0):
    draw = np.random.default_rng(seed)
    genres = ["|".join(f"g{g}" for g in set(draw.integers(0, 8, draw.integers(0, 5)))) for _ in IDS]
    table = pd.DataFrame({"item_id": IDS, "genres": genres, "year": draw.integers(1990, 1993, len(IDS))})
    table["maker"] = [f"m{m}" if m else "" for m in draw.integers(0, 3, len(IDS))]
    return attribute_columns(table, IDS, kinds={"genres": "multi_category", "maker": "category"})


def reference(columns, history, item, contributions):
    """Value -> what the items of the history that have it contribute, by its definition."""

    def values(index):
        genres = [f"genres={genre}" for genre in columns.columns["genres"][index].split("|") if genre]
        return {*genres, *([f"maker={columns.columns['maker'][index]}"] if columns.columns["maker"][index] else [])}

    return {
        value: sum(float(c) for other, c in zip(history, contributions, strict=True) if value in values(other))
        for value in values(item)
        if any(c for other, c in zip(history, contributions, strict=True) if value in values(other))
    }


def test_values_in_common_are_those_of_a_plain_reference():
    columns = attributes()
    assert columns.kinds == {"genres": "multi_category", "year": "number", "maker": "category"}
    arrays = ItemAttributes(columns).read()
    draw = np.random.default_rng(1)
    for length, count in ((12, 4), (1, 1), (40, 30)):
        history = draw.integers(0, len(IDS) + 2, [3, length]) * (draw.random([3, length]) < 0.8)
        items = draw.integers(0, len(IDS) + 2, [3, count])
        contributions = draw.normal(size=[3, count, length]).astype(np.float32) * (history != 0)[:, None]
        texts, found = in_common(
            arrays, tf.constant(history, tf.int32), tf.constant(items, tf.int32), tf.constant(contributions)
        )
        assert texts.shape == found.shape == [3, count, MOST]
        for row, column in np.ndindex(3, count):
            wanted = reference(columns, history[row], items[row, column], contributions[row, column])
            given = [text.decode() for text in texts[row, column].numpy() if text]
            most = sorted(wanted.values(), reverse=True)[:MOST]
            assert len(given) == len(set(given)) == len(most)
            np.testing.assert_allclose(found[row, column], most + [0] * (MOST - len(most)), atol=1e-5)
            np.testing.assert_allclose([wanted[value] for value in given], most, atol=1e-5)


@pytest.mark.parametrize("size", [[0, 3], [2, 0]])
def test_nothing_is_in_common_where_there_is_nothing(size):
    for columns in (attributes(), AttributeColumns(len(IDS) + 2)):
        arrays, nothing = ItemAttributes(columns).read(), tf.zeros(size, tf.int32)
        texts, found = in_common(arrays, nothing, nothing, tf.zeros([size[0], size[1], size[1]]))
        assert texts.shape == found.shape == [*size, MOST]


def test_explanations_name_what_is_in_common():
    module = chain_model().serving_module()
    module.describe_items(
        AttributeSource(pd.DataFrame({"item_id": ITEMS, "genre": ["War", "Sea", "War", "Sea", "Sea", "War"]}))
    )
    (explain,) = (each for each in module.signatures() if each.name == "explain")
    history, items = [["b", "nobody", "c"]], [["d", "e"]]
    answer = explain.function(history=tf.constant(history), item_ids=tf.constant(items))
    found = explanations(history[0], items[0], {name: value.numpy()[0] for name, value in answer.items()})
    # d is after b and c, and shares its genre with b; e, after c, with none that does anything for it.
    assert [value for value, _ in found[0].because] == ["c", "b"]
    assert found[0].in_common == (("genre=Sea", pytest.approx(dict(found[0].because)["b"])),)
    assert found[1].in_common == ()
