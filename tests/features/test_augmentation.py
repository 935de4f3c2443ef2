"""Pictures changed in training: mirrored, shifted, of another contrast, and not out of recognition."""

import numpy as np
import pytest
import tensorflow as tf

from tfrec_dl.features.augmentation import Augmentation

PICTURES = np.random.default_rng(0).integers(0, 256, (100, 12, 10, 3), dtype=np.uint8)


def augmented(pictures: np.ndarray, rate: float) -> np.ndarray:
    tf.keras.utils.set_random_seed(0)
    return Augmentation(rate)(tf.constant(pictures), training=True).numpy()


def test_pictures_are_left_alone_but_in_training():
    for layer, training in ((Augmentation(0.3), False), (Augmentation(0.3), None), (Augmentation(0.0), True)):
        np.testing.assert_array_equal(layer(tf.constant(PICTURES), training=training), PICTURES)


def test_half_of_the_pictures_are_mirrored():
    """So little is shifted here that it does not show."""
    found = augmented(PICTURES, 1e-6)
    as_given = np.isclose(found, PICTURES, atol=0.1).all(axis=(1, 2, 3))
    mirrored = np.isclose(found, PICTURES[:, :, ::-1], atol=0.1).all(axis=(1, 2, 3))
    assert (as_given ^ mirrored).all()
    assert 30 < mirrored.sum() < 70


@pytest.mark.parametrize("axis", [1, 2])
def test_shift_is_a_share_of_the_size_and_every_picture_has_its_own(axis):
    """A line across the middle moves by at most a quarter of the picture, and as far one way as the other."""
    lines = np.zeros((400, 40, 40, 3), np.uint8)
    np.moveaxis(lines, axis, 0)[19:21] = 200
    weights = augmented(lines, 0.25).mean(axis=(3, 3 - axis))
    places = np.where(weights > weights.max(axis=1, keepdims=True) / 2, np.arange(40), np.nan)
    moved = np.nanmean(places, axis=1) - 19.5
    assert 8 < np.abs(moved).max() <= 10.5
    assert abs(moved.mean()) < 1
    assert len(np.unique(moved.round(2))) > 15


def test_contrast_changes_about_the_mean_and_values_stay_in_their_range():
    plain = np.full((50, 12, 10, 3), 90, np.uint8)
    np.testing.assert_allclose(augmented(plain, 0.5), 90, atol=1e-3)
    black_and_white = np.zeros((200, 40, 40, 3), np.uint8)
    black_and_white[:, :, 20:] = 255
    found = augmented(black_and_white, 0.2)
    assert found.min() >= 0
    assert found.max() <= 255
    assert found.max(axis=(1, 2, 3)).min() < 250  # less contrast in some


def test_layer_restored_from_a_checkpoint_draws_what_it_would_have_drawn(tmp_path):
    first = Augmentation(0.3)
    first(tf.constant(PICTURES), training=True)
    path = tf.train.Checkpoint(layer=first).save(str(tmp_path / "layer"))
    expected = first(tf.constant(PICTURES), training=True)
    second = Augmentation(0.3)
    tf.train.Checkpoint(layer=second).restore(path)
    np.testing.assert_array_equal(second(tf.constant(PICTURES), training=True), expected)
