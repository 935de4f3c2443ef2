"""Recipes over features: kinds and catalogues that do not go together, and the settings of what reads features."""

import json

import numpy as np
import pytest
import tensorflow as tf

from tests.items import items_of_every_kind, vocabulary_of
from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.errors import InputError
from tfrec_dl.features.backbone import Backbone
from tfrec_dl.features.bucketised_numbers import BucketisedNumbers
from tfrec_dl.features.fusion import Concatenation, GatedSum
from tfrec_dl.features.hashed_categories import HashedCategories
from tfrec_dl.features.image_cnn import ImageCNN
from tfrec_dl.features.text_cnn import TextCNN
from tfrec_dl.losses import FullSoftmax, SampledSoftmax
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.build import build_model
from tfrec_dl.retrieval.configuration import ModelConfig
from tfrec_dl.retrieval.defaults import filled_in

GRU = RECIPES["gru"]
FEWER = {"next_it_net": {"dilations": (1, 2)}}  # blocks than they have: all are alike
NETWORKS = [name for name, recipe in RECIPES.items() if isinstance(recipe.model, ModelConfig)]
USERS = Catalogue(np.array(["ann"], object), {"age": "number"}, {"age": np.array([30], np.float32)})


@pytest.mark.parametrize(
    ("settings", "given", "message"),
    [
        ({"kind": "content"}, False, "kind is 'content', which needs the items' features"),
        ({"kind": "hybrid"}, False, "kind is 'hybrid', which needs the items' features"),
        ({}, True, "features of items are given, but kind is 'behaviour': choose 'content' or 'hybrid'"),
        ({"kind": "content", "markov_order": 2}, True, "markov_order is 2, but works on ids"),
        (
            {"kind": "hybrid", "tied": False},
            True,
            "tied is False, but kind 'hybrid' has one vector for reading and scoring",
        ),
    ],
    ids=str,
)
def test_kind_and_catalogue_that_do_not_go_together_are_refused(settings, given, message):
    items = items_of_every_kind(4)
    with pytest.raises(InputError, match=message) as refused:
        build_model(GRU.with_settings(settings), vocabulary_of(items.ids), items if given else None)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(("name", "kind"), [*((name, "hybrid") for name in NETWORKS), ("simple_rnn", "content")])
def test_every_recipe_is_built_over_features(name, kind):
    items = items_of_every_kind(8)
    vocabulary = vocabulary_of(items.ids, untrained=3)
    settings = {"kind": kind, "dimension": 6} | FEWER.get(name, {})
    model = build_model(RECIPES[name].with_settings(settings), vocabulary, items, USERS)
    assert model.item_vectors().shape == (10, 7)
    history = np.array([[2, 3, 4, 5]], np.int32)
    assert np.isfinite(model.query(np.array([[2, 9, 1, 0]], np.int32))).all()
    batch = {"history": history, "next_item": history + 1, "user_id": tf.constant(["ann"])}
    with tf.GradientTape() as tape:
        loss = model.compute_loss(batch, training=True)
    assert float(loss) > 0
    gradients = tape.gradient(loss, model.trainable_variables)
    assert all(gradient is not None for gradient in gradients)


@pytest.mark.parametrize("kind", ["content", "hybrid"])
def test_items_without_training_interactions_add_no_weights(kind):
    recipe, weights = GRU.with_settings({"kind": kind}), []
    for untrained in (0, 30):
        items = items_of_every_kind(6 + untrained)
        model = build_model(recipe, vocabulary_of(items.ids, untrained), items.take(items.ids[:6]))
        weights.append([variable.shape for variable in model.trainable_variables])
    assert weights[0] == weights[1]


def test_last_part_alone_means_the_encoders_setting_beside_those_of_the_readers():
    assert GRU.with_settings({"units": 7}).model.content == GRU.model.content
    assert GRU.with_settings({"units": 7}).model.body.units == 7


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("text.filters", "32", lambda content: content.text.filters == 32),
        ("model.content.text.split", "character", lambda content: content.text.split == "character"),
        ("kernel_sizes", "1,2,4", lambda content: content.text.kernel_sizes == (1, 2, 4)),
        ("categories.embedding", 5, lambda content: content.categories.embedding == 5),
        ("numbers.units", 5, lambda content: content.numbers.units == 5),
        ("categories", "hashed_categories", lambda content: content.categories == HashedCategories()),
        ("numbers", "bucketised_numbers", lambda content: content.numbers == BucketisedNumbers()),
        ("image", "backbone", lambda content: content.image == Backbone()),
        ("image.filters", "4,8", lambda content: content.image == ImageCNN(filters=(4, 8))),
        ("fusion", "gated_sum", lambda content: content.fusion == GatedSum()),
        ("fusion.units", 9, lambda content: content.fusion == Concatenation(units=9)),
    ],
)
def test_setting_of_a_reader_is_given_by_the_end_of_its_path(name, value, read):
    changed = GRU.with_settings({name: value})
    assert read(changed.model.content)
    assert not read(GRU.model.content)
    assert changed.model.body == GRU.model.body


def test_reader_is_given_by_name_with_its_settings_in_any_order():
    settings = {"image.weights": "own.h5", "size": "64,48", "image": "backbone", "application": "ResNet50"}
    expected = Backbone(application="ResNet50", weights="own.h5", size=(64, 48))
    assert GRU.with_settings(settings).model.content.image == expected
    changed = GRU.with_settings({"numbers.buckets": "8", "numbers": "bucketised_numbers", "numbers.units": 3})
    assert changed.model.content.numbers == BucketisedNumbers(buckets=8, units=3)


def test_recipe_of_before_readers_of_categories_and_numbers_had_names_is_read():
    recipe = GRU.with_settings({"categories.embedding": 5, "numbers.units": 7})
    values = recipe.to_dict()
    for kind in ("categories", "numbers"):
        del values["model"]["content"][kind]["name"]
    assert Recipe.from_dict(values) == recipe


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"filters": 3},
            "'filters' is ambiguous: choose one of model.content.text.filters, model.content.image.filters",
        ),
        (
            {"image": "resnet"},
            "setting model.content.image is {'name': 'resnet'}: no picture reader is called",
        ),
        ({"fusion": "gated_sum", "fusion.units": 3}, "there is no setting 'fusion.units'"),
        ({"image.application": "ResNet50"}, "there is no setting 'image.application'"),
        ({"text.filters": 0}, "setting model.content.text.filters is 0"),
        ({"categories.embedding": 0}, "setting model.content.categories.embedding is 0"),
        (
            {"numbers": "rounded"},
            "setting model.content.numbers is {'name': 'rounded'}: no number reader is called",
        ),
        ({"numbers.buckets": 3}, "there is no setting 'numbers.buckets'"),
        ({"image": "backbone", "size": "0,96"}, "setting model.content.image.size.0 is '0'"),
        ({"kind": "magic"}, "setting model.kind is 'magic'"),
        ({"id_dropout": 1.1}, "setting model.id_dropout is 1.1"),
        ({"text.filter": 3}, "did you mean"),
    ],
    ids=str,
)
def test_wrong_setting_of_a_reader_is_one_clear_line(settings, message):
    with pytest.raises(InputError) as refused:
        GRU.with_settings(settings)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_recipe_over_features_comes_back_from_json():
    settings = {"kind": "hybrid", "image": "backbone", "fusion": "gated_sum", "kernel_sizes": "2", "id_dropout": 1}
    settings |= {"categories": "hashed_categories", "numbers": "bucketised_numbers"}
    recipe = GRU.with_settings(settings)
    assert Recipe.from_dict(json.loads(json.dumps(recipe.to_dict()))) == recipe


def test_recipe_written_before_there_were_features_is_read():
    values = GRU.to_dict()
    for name in ("kind", "content", "id_dropout", "user_dropout"):
        del values["model"][name]
    assert Recipe.from_dict(values) == GRU


def test_loss_is_chosen_by_the_items_that_were_trained_on(monkeypatch):
    """Only these compete in training, however many more the catalogue holds."""
    monkeypatch.setattr("tfrec_dl.retrieval.defaults.FULL_SOFTMAX_LIMIT", 10)
    ids = items_of_every_kind(20).ids
    assert filled_in(GRU.model, vocabulary_of(ids, untrained=10)).loss == FullSoftmax()
    assert filled_in(GRU.model, vocabulary_of(ids, untrained=9)).loss == SampledSoftmax()


def test_features_of_kinds_that_are_not_there_cost_nothing():
    items = items_of_every_kind(6)
    titles = Catalogue(items.ids, {"t": "text"}, {"t": items.columns["the title"]})
    recipe = GRU.with_settings({"kind": "content", "image": "backbone", "image.weights": "not there.h5"})
    model = build_model(recipe, vocabulary_of(items.ids), titles)
    assert model.item_tower.kinds == {"t": "text"}
    assert recipe.model.content.text == TextCNN()
