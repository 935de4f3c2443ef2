"""What answers show of items, without an export."""

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from tests.serving.stand_in import ITEMS, chain_model
from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.errors import InputError
from tfrec_dl.families.export_options import ExportOptions
from tfrec_dl.lifecycle.export import export
from tfrec_dl.serving.attributes.shown import ShownColumns, saved_shown, shown_arrays
from tfrec_dl.serving.attributes.shown_source import ShownSource, shown_of_more

CSV = 'id,title,year,price,genres\nb,"Heat, the film",1995,9.50,Crime|Drama\na,Füße 🎬,,10,\n'


@pytest.fixture
def table(tmp_path):
    (tmp_path / "films.csv").write_text(CSV)
    return tmp_path / "films.csv"


def values(columns):
    return {name: column[2:].tolist() for name, column in columns.columns.items()}


def test_texts_are_those_of_the_table(table):
    found = ShownSource(table, ("title", "price", "year", "genres"), "id").read(["a", "b", "c"])
    assert values(found) == {
        "title": ["Füße 🎬", "Heat, the film", ""],
        "price": ["10", "9.50", ""],
        "year": ["", "1995", ""],
        "genres": ["", "Crime|Drama", ""],
    }


def test_days_of_frames_and_numbers_of_catalogues_are_written_plainly():
    frame = pd.DataFrame({"item_id": ["a"], "day": pd.to_datetime(["2020-02-01"]), "year": [1995.0]})
    assert values(ShownSource(frame, ("day", "year")).read(["a"])) == {"day": ["2020-02-01"], "year": ["1995"]}
    items = np.array(["a", "b"], object)
    catalogue = Catalogue(items, {"price": "number"}, {"price": np.array([9.99, np.nan], np.float32)})
    assert values(ShownSource(catalogue, ("price",)).read(["a", "b"])) == {"price": ["9.99", ""]}


def test_columns_that_cannot_be_shown_are_refused(table):
    with pytest.raises(InputError, match="no column of items is called 'titel': .*title"):
        ShownSource(table, ("titel",), "id").read(["a"])
    pictures = Catalogue(np.array(["a"], object), {"poster": "image"}, {"poster": np.zeros([1, 2, 2, 3], np.uint8)})
    with pytest.raises(InputError, match="'poster' holds pictures"):
        ShownSource(pictures, ("poster",)).read(["a"])
    with pytest.raises(InputError, match="the columns to show are .'title'., .*: give items"):
        export(chain_model(), "/nowhere", shown=["title"])
    with pytest.raises(InputError, match="makes none: leave them out"):
        ExportOptions(shown=("title",)).refuse_attributes("ranker")


def test_each_text_is_stored_once_and_given_back():
    frame = pd.DataFrame({"item_id": ITEMS, "scores": ["x"] * 6, "release date": ["2020", "x", "", None, "2021", "x"]})
    columns = ShownSource(frame, ("scores", "release date")).read(ITEMS)
    assert sorted(shown_arrays(columns)["texts"]) == ["", "2020", "2021", "x"]
    shown = ShownColumns(columns)
    assert shown.outputs == ("scores_2", "release_date")  # an answer has scores already
    found = shown.of(tf.constant([[0, 2], [3, 7]]))
    assert found["scores_2"].numpy().tolist() == [[b"", b"x"], [b"x", b"x"]]
    assert found["release_date"].numpy().tolist() == [[b"", b"2020"], [b"x", b"x"]]
    assert values(saved_shown(shown)) == values(columns)


def test_new_items_have_the_columns_that_their_table_has(table):
    old = ShownSource(table, ("title", "year"), "id").read(["a", "b"])
    both = old.extended_by(shown_of_more(old, pd.DataFrame({"id": ["n"], "title": ["New"]}), ["n"], "id"))
    assert values(both) == {"title": ["Füße 🎬", "Heat, the film", "New"], "year": ["", "1995", ""]}
    none = old.extended_by(shown_of_more(old, pd.DataFrame({"id": ["n"], "other": [1]}), ["n"], "id"))
    assert values(none)["title"][2] == ""


def test_every_answer_with_items_has_the_columns_and_empty_places_have_none():
    module = chain_model().serving_module()
    module.show(ShownSource(pd.DataFrame({"item_id": ITEMS, "title": [f"the {item}" for item in ITEMS]}), ("title",)))
    signatures = {each.name: each for each in module.signatures()}
    for name in ("serving_default", "recommend_excluding", "recommend_with_rules", "similar_items"):
        assert "title" in signatures[name].outputs
    found = signatures["serving_default"].function(history=tf.constant([["a", "b"]]))
    titles = [f"the {item.decode()}".encode() if item else b"" for item in found["item_ids"].numpy()[0]]
    assert found["title"].numpy()[0].tolist() == titles
    assert titles[-1] == b""
