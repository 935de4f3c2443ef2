"""Networks of tf.keras.applications over pictures: from weights in a file, or from a random start."""

import numpy as np
import pytest
import tensorflow as tf

from tests.features.preparations import learnt
from tests.items import item_ids, vocabulary_of
from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.errors import InputError
from tfrec_dl.features.backbone import Backbone
from tfrec_dl.features.content import Content
from tfrec_dl.retrieval.towers.content_tower import content_tower

SIZE = (32, 32)
PICTURES = np.random.default_rng(0).integers(0, 256, (3, 20, 24, 3), dtype=np.uint8)
PICTURES[2] = 0


@pytest.fixture(scope="module")
def weights(tmp_path_factory) -> str:
    """Random weights on disk, as a user's own."""
    tf.keras.utils.set_random_seed(3)
    path = str(tmp_path_factory.mktemp("weights") / "own.weights.h5")
    tf.keras.applications.MobileNetV2(include_top=False, weights=None, input_shape=(*SIZE, 3)).save_weights(path)
    return path


@pytest.fixture(scope="module")
def pictured() -> Catalogue:
    """Three items with a picture each, one of them missing."""
    return Catalogue(item_ids(3), {"cover": "image"}, {"cover": PICTURES})


def test_features_of_weights_from_a_file_are_computed_once_and_not_trained(weights, pictured):
    config = Backbone(weights=weights, size=SIZE, dropout=0.0)
    layer = learnt(config, PICTURES)
    features = layer(tf.constant(PICTURES)).numpy()
    assert features.shape == (3, 1280)
    np.testing.assert_array_equal(features[2], 0)
    network = tf.keras.applications.MobileNetV2(include_top=False, weights=weights, input_shape=(*SIZE, 3))
    resized = np.round(tf.image.resize(PICTURES[:2].astype(np.float32), SIZE, antialias=True).numpy())
    maps = network(tf.keras.applications.mobilenet_v2.preprocess_input(resized.clip(0, 255))).numpy()
    expected = maps.mean(axis=(1, 2))
    np.testing.assert_allclose(features[:2], expected, rtol=1e-3, atol=1e-4)
    assert not layer.trainable_variables

    tower = content_tower(Content(image=config), pictured, vocabulary_of(pictured.ids), 4)
    assert sum(int(tf.size(variable)) for variable in tower.trainable_variables) < 200_000  # the fusion's alone
    rows = tower(tf.range(2, 5)).numpy()
    np.testing.assert_allclose(tower.vectors_of({"cover": PICTURES}).numpy(), rows, rtol=1e-4, atol=1e-6)


def test_backbone_without_weights_is_trained_with_the_rest(pictured):
    config = Backbone(size=SIZE, dropout=0.0)
    tower = content_tower(Content(image=config), pictured, vocabulary_of(pictured.ids), 4)
    with tf.GradientTape() as tape:
        vectors = tower(tf.range(2, 5), training=True)
        loss = tf.reduce_sum(tf.square(vectors))
    assert vectors.shape == (3, 5)
    gradients = tape.gradient(loss, tower.trainable_variables)
    assert len(gradients) > 100
    assert all(gradient is not None for gradient in gradients)


@pytest.mark.parametrize("name", ["MobilNet", "mobilenet_v2", "__name__", ""])
def test_name_of_no_application_is_refused(name):
    with pytest.raises(InputError, match=f"has no '{name}': name one of its model functions") as refused:
        Backbone(application=name, size=SIZE).vector(tf.keras.Input([*SIZE, 3], dtype=tf.uint8))
    assert "\n" not in str(refused.value)


def test_weights_that_are_not_there_or_not_the_networks_are_refused(weights, tmp_path):
    def refusal(path: str, application: str = "MobileNetV2") -> str:
        with pytest.raises(InputError) as refused:
            learnt(Backbone(application=application, weights=path, size=SIZE), PICTURES)
        assert "\n" not in str(refused.value)
        return str(refused.value)

    assert "no file" in refusal(str(tmp_path / "gone.h5"))
    assert "no file" in refusal("imagenet")
    noise = tmp_path / "noise.h5"
    noise.write_bytes(b"noise")
    assert "cannot be built with weights" in refusal(str(noise))
    assert "cannot be built with weights" in refusal(weights, "MobileNet")
