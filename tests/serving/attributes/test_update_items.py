"""Attributes in an export, updated and extended without a training."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from tests.serving.stand_in import ITEMS, chain_model
from tfrec_dl.errors import InputError
from tfrec_dl.lifecycle.export import export
from tfrec_dl.lifecycle.load import load
from tfrec_dl.serving.attributes.compact import saved_columns
from tfrec_dl.serving.update_items import update_items

FILMS = pd.DataFrame({"item_id": ITEMS, "genre": ["War", "Sea"] * 3, "price": [1.0, 2.0, 3.0, np.nan, 5.0, 6.0]})


def attributes_in(version):
    loaded = tf.saved_model.load(str(version))  # its functions need it alive
    columns = saved_columns(loaded.attributes)
    return {name: values[2:].tolist() for name, values in columns.columns.items()}


@pytest.fixture(scope="module")
def dest(tmp_path_factory):
    """Version 1 has the attributes of `FILMS`; version 2 other prices of two items, and the stock of these."""
    dest = tmp_path_factory.mktemp("exports") / "films"
    export(chain_model(), dest, items=FILMS, shown=["genre", "price"])
    today = pd.DataFrame({"item_id": ["b", "unknown", "d"], "price": [9.5, 1.0, None], "stock": [0, 7, 12]})
    assert update_items(dest, today) == dest / "2"
    return dest


def test_an_export_holds_the_attributes_and_its_card_names_them(dest):
    found = attributes_in(dest / "1")
    assert found["genre"] == FILMS["genre"].tolist()
    np.testing.assert_array_equal(found["price"], FILMS["price"])
    assert "- attributes of items: genre (category), price (number)\n" in (
        dest / "1" / "assets.extra" / "model_card.md"
    ).read_text(encoding="utf-8")


def test_an_update_leaves_the_graph_as_it_was_so_that_daily_ones_do_not_add_up(dest):
    assert (dest / "2" / "saved_model.pb").read_bytes() == (dest / "1" / "saved_model.pb").read_bytes()


def test_an_update_changes_what_the_table_names_and_nothing_else(dest):
    found = attributes_in(dest / "2")
    assert found["genre"] == FILMS["genre"].tolist()
    np.testing.assert_array_equal(found["price"], [1.0, 9.5, 3.0, np.nan, 5.0, 6.0])
    np.testing.assert_array_equal(found["stock"], [np.nan, 0, np.nan, 12, np.nan, np.nan])
    histories = [["a", "b"], ["c"], []]
    answers = [load(dest / version).recommend(histories, 4) for version in ("1", "2")]
    assert answers[0] == answers[1]
    versions = [{each.recommendation_id.partition("-")[0] for each in answer} for answer in answers]
    for version, ids in zip(("1", "2"), versions, strict=True):
        card = json.loads((dest / version / "assets.extra" / "model_card.json").read_text(encoding="utf-8"))
        assert ids == {card["model"]["id of this version in recommendation ids"]}
    assert versions[0] != versions[1]


def test_the_card_of_an_update_says_what_was_updated(dest):
    folder = dest / "2" / "assets.extra"
    card = json.loads((folder / "model_card.json").read_text(encoding="utf-8"))
    assert card["model"]["attributes of items"] == "genre (category), price (number), stock (number)"
    assert [(update["items"], update["attributes"]) for update in card["updates"]] == [(2, ["price", "stock"])]
    text = (folder / "model_card.md").read_text(encoding="utf-8")
    assert "stock (number)\n" in text and "price, stock of 2 items\n" in text
    names = {path.name for path in (dest / "1" / "assets.extra").iterdir()}
    assert names == {path.name for path in folder.iterdir()}


def test_what_is_shown_of_items_comes_back_in_answers_and_is_updated(dest):
    first, second = load(dest / "1"), load(dest / "2")
    assert first.shown == ("genre", "price")
    assert first.describe_items(["b", "d", "nobody"]) == [
        {"genre": "Sea", "price": "2"},
        {"genre": "Sea", "price": ""},
        {"genre": "", "price": ""},
    ]
    assert second.describe_items(["a", "b"]) == [{"genre": "War", "price": "1"}, {"genre": "Sea", "price": "9.5"}]
    for name, inputs in {"serving_default": {"history": [["a"]]}, "similar_items": {"item_ids": ["a"]}}.items():
        answer = second._signatures[name](**{key: tf.constant(value) for key, value in inputs.items()})
        ids = [item.decode() for item in answer["item_ids"].numpy()[0]]
        wanted = second.describe_items(ids)
        for column in second.shown:
            assert [text.decode() for text in answer[column].numpy()[0]] == [each[column] for each in wanted]


def test_updates_add_up(dest):
    version = update_items(dest, pd.DataFrame({"item_id": ["a"], "stock": [3]}), ["stock"])
    try:
        np.testing.assert_array_equal(attributes_in(version)["stock"], [3, 0, np.nan, 12, np.nan, np.nan])
        text = (version / "assets.extra" / "model_card.md").read_text(encoding="utf-8")
        assert text.count("Attributes updated without a training") == 1 and "stock of 1 items\n" in text
    finally:
        for path in sorted(version.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        version.rmdir()


@pytest.mark.parametrize(
    ("table", "names", "said"),
    [
        (pd.DataFrame({"item_id": ["nobody"], "price": [1.0]}), None, "no id"),
        (pd.DataFrame({"item_id": ["a"], "price": ["cheap"]}), None, "neither a number nor a date"),
        (pd.DataFrame({"item_id": ["a"], "price": [1.0]}), ["stock"], "no column of items is called 'stock'"),
    ],
)
def test_a_table_that_cannot_be_used_publishes_nothing(dest, table, names, said):
    with pytest.raises(InputError, match=said):
        update_items(dest, table, names)
    assert sorted(path.name for path in dest.iterdir() if path.is_dir()) == ["1", "2"]


def test_a_version_by_itself_is_refused(dest):
    with pytest.raises(InputError, match="is a version"):
        update_items(dest / "1", FILMS)


def test_an_export_without_a_card_is_updated_too(dest, tmp_path):
    shutil.copytree(dest / "1", tmp_path / "films" / "1", ignore=shutil.ignore_patterns("model_card.*"))
    version = update_items(tmp_path / "films", pd.DataFrame({"item_id": ["a"], "price": [7.0]}))
    assert attributes_in(version)["price"][0] == 7.0
    assert not list(version.rglob("model_card.*"))
