"""Pictures through a frozen discriminator: what a file holds, black is missing, and what is no such file."""

import json
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from tests.features.preparations import learnt
from tests.items import item_ids, vocabulary_of
from tfrec_dl.adversarial.pictures.conv_gan import ConvGAN, ConvGANConfig
from tfrec_dl.adversarial.pictures.fit import save_discriminator
from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.errors import InputError
from tfrec_dl.features.content import Content
from tfrec_dl.features.gan_features import GANFeatures, grid_features
from tfrec_dl.recipes.named import get_recipe
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.towers.content_tower import content_tower

CONFIG = ConvGANConfig(size=(16, 8), filters=(4, 6))
PICTURES = np.random.default_rng(0).integers(0, 256, (7, 16, 8, 3), dtype=np.uint8)
PICTURES[2] = 0


@pytest.fixture(scope="module")
def gan() -> ConvGAN:
    tf.keras.utils.set_random_seed(5)
    return ConvGAN(CONFIG)


@pytest.fixture(scope="module")
def weights(gan, tmp_path_factory) -> str:
    return str(save_discriminator(gan, tmp_path_factory.mktemp("gan") / "posters.keras"))


def test_features_are_the_largest_of_each_filter_in_each_field_standardised_over_the_training_pictures(gan, weights):
    found = learnt(GANFeatures(weights=weights), PICTURES)(tf.constant(PICTURES)).numpy()
    pixels, fields = PICTURES / np.float32(127.5) - 1, []
    for number in (1, 2):
        layer = gan.discriminator.get_layer(f"features_{number}")
        maps = tf.keras.Model(gan.discriminator.input, layer.output)(pixels).numpy()
        half_height, half_width = maps.shape[1] // 2, maps.shape[2] // 2
        for rows in (slice(None, half_height), slice(half_height, None)):
            for columns in (slice(None, half_width), slice(half_width, None)):
                fields.append(maps[:, rows, columns].max(axis=(1, 2)))
    expected = np.concatenate(fields, axis=1)
    present = np.delete(expected, 2, axis=0)
    expected = (expected - present.mean(axis=0)) / present.std(axis=0)
    expected[2] = 0
    assert found.shape == (7, 4 * (4 + 6))
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize(("grid", "width"), [((1, 1), 10), ((4, 2), 80), ((100, 100), 8 * 4 * 4 + 4 * 2 * 6)])
def test_grid_decides_the_width_and_ends_at_the_map_itself(gan, grid, width):
    assert grid_features(gan.discriminator, grid).output.shape == (None, width)


def test_tower_reads_features_once_does_not_train_them_and_takes_pixels_when_served(weights):
    pictured = Catalogue(item_ids(7), {"cover": "image"}, {"cover": PICTURES})
    tower = content_tower(Content(image=GANFeatures(weights=weights)), pictured, vocabulary_of(pictured.ids), 4)
    assert tower.preparation.output["cover"].shape == (None, 40)
    assert {variable.shape[0] for variable in tower.trainable_variables if variable.shape.rank > 1} <= {40, 128, 64, 4}
    rows = tower(tf.range(2, 9)).numpy()
    np.testing.assert_allclose(tower.vectors_of({"cover": PICTURES}), rows, rtol=1e-4, atol=1e-5)
    large = np.repeat(np.repeat(PICTURES, 3, axis=1), 3, axis=2)
    assert tower.vectors_of({"cover": large}).shape == rows.shape


def test_training_items_without_any_picture_make_no_difference_to_the_others(weights):
    black = np.zeros_like(PICTURES)
    layer = learnt(GANFeatures(weights=weights), black)
    np.testing.assert_array_equal(layer(black), 0)
    assert np.isfinite(layer(PICTURES)).all()


def test_reader_is_chosen_by_name_and_found_from_any_folder(weights, monkeypatch, tmp_path):
    (tmp_path / "own.keras").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    settings = {"kind": "content", "image": "gan_features", "image.weights": "own.keras", "image.grid": "3,2"}
    recipe = get_recipe("gru").with_settings(settings)
    assert recipe.model.content.image == GANFeatures(weights=str(tmp_path / "own.keras"), grid=(3, 2))
    assert Recipe.from_dict(json.loads(json.dumps(recipe.to_dict()))) == recipe


def test_what_is_no_file_of_a_discriminator_is_refused_in_one_line(tmp_path, gan):
    noise, other = tmp_path / "noise.keras", tmp_path / "other.keras"
    noise.write_bytes(b"noise")
    gan.generator.save(other)
    for path, message in (
        (None, "no file None; give as weights the path that save_discriminator wrote"),
        (str(tmp_path / "gone.keras"), "no file"),
        (str(noise), "cannot be read as a discriminator"),
        (str(other), "not a conv_gan discriminator|cannot be read as a discriminator"),
    ):
        with pytest.raises(InputError, match=message) as refused:
            learnt(GANFeatures(weights=path), PICTURES)
        assert "\n" not in str(refused.value)


def test_code_in_a_file_of_weights_never_runs(tmp_path, weights):
    marker = tmp_path / "ran"
    layers = tf.keras.layers
    touches = f"__import__('pathlib').Path({str(marker)!r}).touch() or pixels"
    inputs = tf.keras.Input([16, 8, 3])
    evil = layers.Lambda(eval(f"lambda pixels: {touches}"), name="features_1")(inputs)
    whole = tf.keras.Model(inputs, layers.Dense(1)(layers.Flatten()(evil)))
    hdf5, archive, changed = (tmp_path / name for name in ("whole.h5", "whole.keras", "changed.keras"))
    whole.save(hdf5, save_format="h5")
    whole.save(archive, save_format="keras")
    with zipfile.ZipFile(weights) as good, zipfile.ZipFile(changed, "w") as bad:
        for name in good.namelist():
            text = good.read(name)
            if name == "config.json":  # a layer that is a function of Python's, as published attacks have it
                config = json.loads(text)
                config["config"]["layers"][2] |= {"module": "pathlib", "class_name": "Path", "registered_name": "Path"}
                text = json.dumps(config).encode()
            bad.writestr(name, text)
    misnamed = Path(shutil.copy(hdf5, tmp_path / "hdf5.keras"))
    marker.unlink(missing_ok=True)
    for path in (hdf5, archive, misnamed):
        with pytest.raises(InputError, match="cannot be read as a discriminator"):
            GANFeatures(weights=str(path)).learn(PICTURES)
    GANFeatures(weights=str(changed)).learn(PICTURES)  # its numbers are good, and nothing else of it is taken
    assert not marker.exists()


@pytest.mark.parametrize("filters", [[4, 10**9], [4, 60_000], [4] * 40, ["4", 6], [4, -6], [], None])
def test_sizes_that_the_weights_do_not_have_are_refused_before_anything_is_built(tmp_path, weights, filters):
    layers = [{"config": {"name": "input", "batch_input_shape": [None, 16, 8, 3]}}]
    layers += [{"config": {"name": f"features_{at}", "filters": count}} for at, count in enumerate(filters or [])]
    with zipfile.ZipFile(weights) as good, zipfile.ZipFile(tmp_path / "changed.keras", "w") as bad:
        bad.writestr("model.weights.h5", good.read("model.weights.h5"))
        bad.writestr("config.json", json.dumps({"config": {"layers": layers} if filters is not None else filters}))
    with pytest.raises(InputError, match="cannot be read as a discriminator") as refused:
        GANFeatures(weights=str(tmp_path / "changed.keras")).learn(PICTURES)
    assert "\n" not in str(refused.value)
