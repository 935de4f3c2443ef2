import numpy as np
import pytest
import tensorflow as tf

from tfrec_dl.layers.dropout import ItemDropout, ResumableDropout


def masks(layer, count=3):
    return [layer(tf.ones([50, 40]), training=True).numpy() for _ in range(count)]


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_keeps_the_expectation(rate):
    tf.keras.utils.set_random_seed(0)
    dropped = ResumableDropout(rate)(tf.ones([400, 500]), training=True).numpy()
    assert np.mean(dropped == 0) == pytest.approx(rate, abs=0.005)
    assert dropped.mean() == pytest.approx(1, abs=0.02)
    np.testing.assert_allclose(dropped[dropped > 0], 1 / (1 - rate), rtol=1e-6)


@pytest.mark.parametrize("training", [False, None])
def test_changes_nothing_outside_training(training):
    values = tf.random.stateless_normal([4, 5], [0, 1])
    np.testing.assert_array_equal(ResumableDropout(0.5)(values, training=training), values)


def test_every_step_and_every_layer_draws_its_own_mask():
    tf.keras.utils.set_random_seed(0)
    drawn = [mask for layer in (ResumableDropout(0.5), ResumableDropout(0.5)) for mask in masks(layer)]
    assert len({mask.tobytes() for mask in drawn}) == len(drawn)


def test_same_seed_draws_the_same_masks():
    drawn = []
    for _ in range(2):
        tf.keras.utils.set_random_seed(7)
        drawn.append(masks(ResumableDropout(0.5)))
    np.testing.assert_array_equal(drawn[0], drawn[1])


def test_model_restored_from_a_checkpoint_goes_on_with_the_masks_it_would_have_drawn(tmp_path):
    def model():
        inputs = tf.keras.Input([40])
        return tf.keras.Model(inputs, ResumableDropout(0.5)(inputs))

    first = model()
    masks(first)
    path = tf.train.Checkpoint(model=first).save(tmp_path / "state")
    expected = masks(first)
    again = model()
    tf.train.Checkpoint(model=again).restore(path).assert_consumed()
    np.testing.assert_array_equal(masks(again), expected)


def test_item_dropout_hides_whole_items_and_leaves_the_others_as_they_are():
    tf.keras.utils.set_random_seed(0)
    values = tf.random.stateless_normal([200, 30, 4], [0, 1])
    hidden = ItemDropout(0.3)(values, training=True).numpy()
    is_hidden = (hidden == 0).all(axis=2)
    np.testing.assert_array_equal(hidden[~is_hidden], values.numpy()[~is_hidden])
    assert is_hidden.mean() == pytest.approx(0.3, abs=0.02)
    np.testing.assert_array_equal(ItemDropout(0.3)(values, training=False), values)
