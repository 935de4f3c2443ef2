"""Pictures of any size through the small network; black is missing."""

import numpy as np
import pytest
import tensorflow as tf

from tests.features.preparations import learnt
from tfrec_dl.errors import InputError
from tfrec_dl.features.image_cnn import ImageCNN


class Reader:
    """Pictures -> vectors, with random weights, biases too."""

    def __init__(self, **settings: object) -> None:
        config = ImageCNN(**{"size": (8, 6), "filters": (4, 5), "augmentation": 0.0, "dropout": 0.0, **settings})
        self.preparation = learnt(config, np.zeros((1, 4, 4, 3), np.uint8))
        pictures = tf.keras.Input([*config.size, 3], dtype=tf.uint8)
        self.network = tf.keras.Model(pictures, config.vector(pictures))
        generator = np.random.default_rng(0)
        self.network.set_weights([generator.normal(size=weights.shape) for weights in self.network.get_weights()])

    def prepared(self, pictures: np.ndarray) -> np.ndarray:
        return self.preparation(tf.constant(pictures, tf.uint8)).numpy()

    def __call__(self, pictures: np.ndarray, training: bool = False) -> np.ndarray:
        return self.network(tf.constant(self.prepared(pictures)), training=training).numpy()


def plain(height: int, width: int, *colours: tuple[int, int, int]) -> np.ndarray:
    """Pictures of one colour each."""
    return np.tile(np.array(colours, np.uint8)[:, None, None], (1, height, width, 1))


def test_missing_picture_is_the_zero_vector_and_a_dark_one_is_not():
    found = Reader()(plain(8, 6, (0, 0, 0), (0, 0, 1), (200, 30, 10)))
    assert found.shape == (3, 10)
    np.testing.assert_array_equal(found[0], 0)
    assert np.abs(found[1:]).max(axis=1).min() > 0.01
    np.testing.assert_array_equal(Reader(dropout=0.5)(plain(8, 6, (0, 0, 0)), training=True), 0)


@pytest.mark.parametrize("size", [(1, 1), (3, 50), (8, 6), (200, 100)])
def test_size_of_a_plain_picture_makes_no_difference(size):
    reader = Reader()
    colours = ((200, 30, 10), (0, 0, 0), (255, 255, 255))
    np.testing.assert_array_equal(reader.prepared(plain(*size, *colours)), plain(8, 6, *colours))
    np.testing.assert_allclose(reader(plain(*size, *colours)), reader(plain(8, 6, *colours)), rtol=1e-6)


def test_shrunk_picture_keeps_the_mean_of_what_it_stands_for():
    """Without smoothing, fine stripes would become one of their two colours."""
    stripes = np.zeros((1, 64, 48, 3), np.uint8)
    stripes[:, ::2] = 200
    np.testing.assert_allclose(Reader().prepared(stripes), 100, atol=8)


def test_colours_and_their_places_are_told_apart():
    reader = Reader()
    half = np.concatenate([plain(8, 3, (250, 0, 0)), plain(8, 3, (0, 0, 250))], axis=2)
    found = reader(np.concatenate([half, half[:, :, ::-1], plain(8, 6, (250, 0, 0))]))
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert np.abs(found[one] - found[other]).max() > 0.01


def test_pictures_are_changed_in_training_only_and_missing_ones_stay_missing():
    reader = Reader(augmentation=0.3)
    picture = np.random.default_rng(0).integers(0, 256, (1, 8, 6, 3), dtype=np.uint8)
    pictures = np.concatenate([picture] * 20 + [plain(8, 6, (0, 0, 0))])
    np.testing.assert_allclose(reader(pictures)[:20], np.repeat(Reader()(picture), 20, axis=0), rtol=1e-5)
    changed = reader(pictures, training=True)
    assert len(np.unique(changed[:20], axis=0)) == 20
    np.testing.assert_array_equal(changed[20], 0)


@pytest.mark.parametrize("settings", [{"size": (0, 8)}, {"size": (8,)}, {"filters": ()}, {"filters": (0,)}])
def test_settings_out_of_bounds_are_refused(settings):
    with pytest.raises(InputError, match=next(iter(settings))):
        ImageCNN(**settings)
