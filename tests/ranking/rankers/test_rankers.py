"""What holds for every ranker."""

import functools

import numpy as np
import pytest
import tensorflow as tf

from tests.ranking.networks import LENGTH, changed, example, network
from tfrec_dl.ranking.features.fields import Fields
from tfrec_dl.ranking.rankers import RANKERS, Ranker

every_ranker = pytest.mark.parametrize(
    "ranker", [ranker() for ranker in RANKERS.classes()], ids=lambda ranker: ranker.name
)


@functools.cache
def built(ranker: Ranker) -> tf.keras.Model:
    return network(ranker.representation)


@every_ranker
def test_what_stands_in_the_padding_of_a_history_and_how_long_it_is_change_nothing(ranker):
    model, fed = built(ranker), example()
    expected = model(fed).numpy()
    past, mask = fed["history"], fed["mask"]
    noise = tf.where(mask[..., None], past, 100.0)
    np.testing.assert_allclose(model(changed(fed, history=noise)).numpy(), expected, rtol=1e-4, atol=1e-5)
    longer = changed(fed, history=tf.pad(past, [[0, 0], [0, 4], [0, 0]]), mask=tf.pad(mask, [[0, 0], [0, 4]]))
    np.testing.assert_allclose(model(longer).numpy(), expected, rtol=1e-4, atol=1e-5)


@every_ranker
def test_a_batch_of_new_users_without_a_single_position_of_history_is_as_new_users_among_others(ranker):
    model, fed = built(ranker), example()
    nothing = changed(fed, history=fed["history"][:, :0], mask=fed["mask"][:, :0])
    found = model(nothing).numpy()
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found[0], model(fed).numpy()[0], rtol=1e-4, atol=1e-5)
    assert not np.allclose(found[2:], model(fed).numpy()[2:])


@every_ranker
def test_every_field_is_read(ranker):
    model, fed = built(ranker), example()
    before = model(fed).numpy()[2:]
    for name in ("user", "item", "feature_0", "feature_1", "history"):
        after = model(changed(fed, **{name: fed[name] + 1.0})).numpy()[2:]
        assert (np.abs(after - before).max(axis=1) > 1e-3).all(), name


@every_ranker
def test_impressions_without_features_are_ranked_too(ranker):
    found = network(ranker.representation, features=0)(example(features=0)).numpy()
    assert found.shape[0] == 5
    assert np.isfinite(found).all()


@every_ranker
def test_saved_and_loaded_it_says_the_same_and_the_same_each_time(ranker, tmp_path):
    model, fed = network(ranker.representation), example()
    expected = model(fed).numpy()
    np.testing.assert_array_equal(model(fed, training=False).numpy(), expected)
    signature = {name: tf.TensorSpec([None, *tensor.shape[1:]], tensor.dtype) for name, tensor in fed.items()}
    model.serve = tf.function(lambda fed: model(fed, training=False), input_signature=[signature])
    tf.saved_model.save(model, str(tmp_path))
    loaded = tf.saved_model.load(str(tmp_path))
    np.testing.assert_allclose(loaded.serve(fed).numpy(), expected, rtol=1e-5, atol=1e-6)


@every_ranker
def test_dropout_is_for_training_alone(ranker):
    model, fed = built(ranker), example()
    assert not np.array_equal(model(fed, training=True).numpy(), model(fed).numpy())
    without = network(type(ranker)(dropout=0).representation)
    np.testing.assert_array_equal(without(fed, training=True).numpy(), without(fed).numpy())


@every_ranker
def test_an_interaction_of_user_and_item_is_learnt(ranker):
    """Users of odd numbers like items of odd numbers, the others the others: no sum of biases says it."""
    tf.keras.utils.set_random_seed(0)
    users, items = (ids.ravel() for ids in np.meshgrid(np.arange(30), np.arange(30)))
    labels = ((users + items) % 2).astype(np.float32)
    held_out = np.random.default_rng(0).random(len(labels)) < 0.2
    user, item = tf.keras.Input([], dtype=tf.int32), tf.keras.Input([], dtype=tf.int32)
    width = 8
    history, mask = tf.keras.Input([LENGTH, width]), tf.keras.Input([LENGTH], dtype=tf.bool)
    vectors = [tf.keras.layers.Embedding(30, width)(ids) for ids in (user, item)]
    representation = ranker.representation(Fields(vectors[0], vectors[1], (), history, mask))
    model = tf.keras.Model([user, item, history, mask], tf.keras.layers.Dense(1)(representation))
    model.compile(tf.keras.optimizers.Adam(0.01), tf.keras.losses.BinaryCrossentropy(from_logits=True))
    fed: list[np.ndarray] = [
        users,
        items,
        np.zeros((len(users), LENGTH, width), np.float32),
        np.zeros((len(users), LENGTH), bool),
    ]
    model.fit([values[~held_out] for values in fed], labels[~held_out], batch_size=64, epochs=16, verbose=0)
    predicted = model.predict([values[held_out] for values in fed], verbose=0)[:, 0] > 0
    assert (predicted == labels[held_out]).mean() > 0.95
