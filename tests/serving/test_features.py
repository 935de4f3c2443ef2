"""Names of inputs, and raw values through them."""

import numpy as np
import pytest
import tensorflow as tf

from tests.serving.content import catalogue, content_model
from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.errors import InputError
from tfrec_dl.lifecycle.load import load
from tfrec_dl.serving.export import export_saved_model
from tfrec_dl.serving.features import feature_inputs
from tfrec_dl.serving.run_saved_model import run_in_session


@pytest.mark.parametrize(
    ("feature", "name"),
    [
        ("title", "title"),
        ("Release Date", "Release_Date"),
        ("price (€)", "price"),
        ("größe", "gr__e"),
        ("2nd", "feature_2nd"),
        ("ジャンル", "feature"),
        ("class", "class_"),
        ("self", "self_"),
        ("_hidden", "hidden"),
    ],
)
def test_features_become_identifiers(feature, name):
    assert [each.name for each in feature_inputs({feature: "text"})] == [name]


@pytest.mark.parametrize(
    ("features", "message"),
    [
        (("a b", "a_b"), "feature 'a_b' is called 'a_b' in requests, as is the feature 'a b': rename"),
        (("Title", "title"), "as is the feature 'Title'"),
        (("映画", "本"), "feature '本' is called 'feature'"),
        (("history",), "as is the input 'history'"),
    ],
)
def test_two_inputs_of_one_name_are_refused(features, message):
    with pytest.raises(InputError, match=message):
        feature_inputs(dict.fromkeys(features, "text"), reserved=("history",))


def test_names_that_python_and_tensorflow_use_themselves_are_served(tmp_path):
    names = ("name", "self", "args", "2 x", "class", "inputs", "item_ids")
    items = catalogue()
    items = Catalogue(items.ids, dict.fromkeys(names, "text"), dict.fromkeys(names, items.columns["the title"]))
    version = export_saved_model(content_model(items), tmp_path)
    inputs = {each.name: items.columns[each.feature][:3] for each in load(version).item_features}
    assert list(inputs) == ["name", "self_", "args", "feature_2_x", "class_", "inputs", "item_ids"]
    (in_session,) = run_in_session(version, [("embed_item_features", inputs)])
    loaded = tf.saved_model.load(str(version)).signatures["embed_item_features"]
    eager = loaded(**{name: tf.constant(values, tf.string) for name, values in inputs.items()})
    np.testing.assert_allclose(in_session["vectors"], eager["vectors"], rtol=1e-6)


def test_features_that_collide_are_refused_before_anything_is_written(tmp_path):
    items = catalogue()
    title = items.columns["the title"]
    items = Catalogue(items.ids, {"a b": "text", "a-b": "text"}, {"a b": title, "a-b": title})
    with pytest.raises(InputError, match="rename the feature"):
        export_saved_model(content_model(items), tmp_path / "new")
    assert not (tmp_path / "new").exists()
