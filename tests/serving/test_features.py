"""Names of inputs, and raw values through them."""

import numpy as np
import pytest
import tensorflow as tf

from tests.serving.content import catalogue, content_model
from tfrec_dl.data.catalogue.catalogue import Catalogue
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
    ("features", "names"),
    [
        (("a b", "a_b", "a-b"), ["a_b_2", "a_b", "a_b_3"]),
        (("Title", "title"), ["Title", "title_2"]),
        (("映画", "本", "feature_2"), ["feature", "feature_3", "feature_2"]),
        (("цена", "жанр"), ["feature", "feature_2"]),
        (("history", "history_2"), ["history_3", "history_2"]),
    ],
)
def test_inputs_that_come_to_one_name_are_numbered(features, names):
    found = feature_inputs(dict.fromkeys(features, "text"), reserved=("history",))
    assert [(each.feature, each.name) for each in found] == list(zip(features, names, strict=True))


def test_names_that_python_and_tensorflow_use_themselves_are_served(tmp_path):
    names = ("name", "self", "args", "2 x", "class", "inputs", "item_ids", "цена", "жанр", "Name")
    items = catalogue()
    items = Catalogue(items.ids, dict.fromkeys(names, "text"), dict.fromkeys(names, items.columns["the title"]))
    version = export_saved_model(content_model(items), tmp_path)
    inputs = {each.name: items.columns[each.feature][:3] for each in load(version).item_features}
    assert list(inputs)[:7] == ["name", "self_", "args", "feature_2_x", "class_", "inputs", "item_ids"]
    assert list(inputs)[7:] == ["feature", "feature_2", "Name_2"]
    (in_session,) = run_in_session(version, [("embed_item_features", inputs)])
    loaded = tf.saved_model.load(str(version)).signatures["embed_item_features"]
    eager = loaded(**{name: tf.constant(values, tf.string) for name, values in inputs.items()})
    np.testing.assert_allclose(in_session["vectors"], eager["vectors"], rtol=1e-6)
