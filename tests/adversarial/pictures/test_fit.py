"""Training on the pictures of items: what is trained on, what ends it, and the file of the discriminator."""

import logging

import numpy as np
import pytest
import tensorflow as tf

from tests.features.preparations import learnt
from tfrec_dl.adversarial.pictures.conv_gan import ConvGAN, ConvGANConfig
from tfrec_dl.adversarial.pictures.fit import ConvGANTraining, fit_conv_gan, save_discriminator
from tfrec_dl.adversarial.pictures.grid import PictureGrid, grid_png
from tfrec_dl.adversarial.pictures.monitor import PictureGANMonitor, PictureGANMonitorConfig
from tfrec_dl.errors import InputError
from tfrec_dl.features.discriminator import read_discriminator
from tfrec_dl.features.gan_features import GANFeatures

CONFIG = ConvGANConfig(size=(8, 8), filters=(4, 4), latent_dimension=4)
TRAINING = ConvGANTraining(epochs=1, batch_size=4)


def pictures(count: int = 10, missing: int = 3) -> np.ndarray:
    """Noise 12 by 10, the last ones missing."""
    found = np.random.default_rng(0).integers(1, 256, (count, 12, 10, 3), dtype=np.uint8)
    found[count - missing :] = 0
    return found


def test_missing_pictures_are_not_trained_on_and_all_is_decided_by_the_seed():
    whole = fit_conv_gan(pictures(10, 3), CONFIG, TRAINING, verbose=0)
    without = fit_conv_gan(pictures(10, 3)[:7], CONFIG, TRAINING, verbose=0)
    other = fit_conv_gan(pictures(10, 3), CONFIG, ConvGANTraining(epochs=1, batch_size=4, seed=1), verbose=0)
    assert int(whole.optimizer.iterations) == 1  # 7 pictures, 4 a step
    np.testing.assert_array_equal(whole.generate(3), without.generate(3))
    assert (whole.generate(3).numpy() != other.generate(3).numpy()).any()
    assert set(whole.history.history) == {"generator_loss", "discriminator_loss", "discriminator_accuracy", "variety"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (pictures().astype(np.float32), "type float32 and shape \\[10, 12, 10, 3\\]: give uint8"),
        (pictures()[..., 0], "shape \\[10, 12, 10\\]"),
        (pictures(10, 8), "2 of 10 pictures are not black: give at least 4, or a lower batch_size"),
        (pictures(0, 0), "0 of 0 pictures"),
    ],
    ids=["type", "shape", "few", "none"],
)
def test_pictures_that_cannot_be_trained_on_are_refused_in_one_line(given, message):
    with pytest.raises(InputError, match=message) as refused:
        fit_conv_gan(given, CONFIG, TRAINING, verbose=0)
    assert "\n" not in str(refused.value)


def test_file_of_the_discriminator_gives_the_same_logits_and_features_and_is_never_overwritten(tmp_path):
    model = fit_conv_gan(pictures(), CONFIG, TRAINING, verbose=0)
    path = save_discriminator(model, tmp_path / "posters.keras")
    assert [each.name for each in tmp_path.iterdir()] == ["posters.keras"]
    some = np.random.default_rng(1).normal(size=(3, 8, 8, 3)).astype(np.float32)
    np.testing.assert_array_equal(read_discriminator(str(path))(some), model.discriminator(some))
    features = [learnt(GANFeatures(weights=str(path)), pictures())(pictures()).numpy() for _ in range(2)]
    np.testing.assert_array_equal(*features)
    np.testing.assert_array_equal(features[0][7:], 0)
    content = path.read_bytes()
    with pytest.raises(InputError, match="already exists: choose another name"):
        save_discriminator(model, path)
    with pytest.raises(InputError, match="choose a name that ends in .keras"):
        save_discriminator(model, tmp_path / "posters.h5")
    with pytest.raises(InputError, match="cannot write"):
        save_discriminator(model, tmp_path / "no folder" / "posters.keras")
    assert path.read_bytes() == content


def test_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    model = ConvGAN(CONFIG)

    def fails(path, **options):
        path.write_bytes(b"half")
        raise OSError("no space left")

    monkeypatch.setattr(model.discriminator, "save", fails)
    with pytest.raises(OSError, match="no space left"):
        save_discriminator(model, tmp_path / "posters.keras")
    assert not list(tmp_path.iterdir())


def monitored(rows: list[dict], config: PictureGANMonitorConfig, grey: bool = False) -> tuple[PictureGANMonitor, int]:
    """The monitor of a training whose epochs have these metrics, and the epochs that it let pass."""
    monitor = PictureGANMonitor(deviation=80.0, config=config)
    model = ConvGAN(CONFIG)
    if grey:
        last = model.generator.layers[-1]
        last.set_weights([np.zeros_like(weight) for weight in last.get_weights()])
    monitor.set_model(model)
    model.stop_training = False
    monitor.on_train_begin()
    for epoch, row in enumerate(rows):
        monitor.on_epoch_end(epoch, {"generator_loss": 1.0, "discriminator_loss": 1.0, **row})
        if model.stop_training:
            return monitor, epoch
    return monitor, len(rows)


@pytest.mark.parametrize(
    ("rows", "grey", "passed", "said"),
    [
        ([{"discriminator_accuracy": 0.7}] * 9, False, 9, None),
        ([{"discriminator_accuracy": 0.99}] * 9, False, 2, "the discriminator has won: it tells 99.0%"),
        ([{"discriminator_accuracy": a} for a in (0.99, 0.99, 0.9, 0.99, 0.99, 0.5)], False, 6, None),
        ([{"discriminator_accuracy": 0.7}] * 9, True, 2, "mode collapse: generated pictures differ 0.0%"),
        ([{"discriminator_accuracy": 0.7, "generator_loss": np.nan}], False, 0, "diverged: generator_loss is nan"),
        ([{"discriminator_accuracy": 0.7, "discriminator_loss": np.inf}], False, 0, "discriminator_loss is inf"),
    ],
    ids=["goes on", "won", "recovers", "collapsed", "no number", "infinite"],
)
def test_training_without_progress_is_stopped_with_one_line(rows, grey, passed, said, caplog):
    config = PictureGANMonitorConfig(patience=3, collapse=0.001)
    with caplog.at_level(logging.WARNING):
        monitor, epochs = monitored(rows, config, grey)
    assert epochs == passed
    if said is None:
        assert monitor.reason is None
        assert not caplog.records
    else:
        assert said in monitor.reason
        assert "\n" not in monitor.reason
        assert monitor.reason in caplog.text


def test_critic_has_not_won_by_its_accuracy():
    config = PictureGANMonitorConfig(won=None, collapse=0, patience=1)
    assert monitored([{"discriminator_accuracy": 1.0}] * 3, config)[1] == 3


def test_pictures_of_an_epoch_can_be_looked_at(tmp_path):
    grid = PictureGrid(tmp_path / "made", count=5, every=2)
    model = fit_conv_gan(pictures(), CONFIG, ConvGANTraining(epochs=3, batch_size=4), [grid], verbose=0)
    (path,) = (tmp_path / "made").iterdir()
    assert path.name == "epoch-002.png"
    assert tf.io.decode_png(path.read_bytes()).shape == (2 * 8, 3 * 8, 3)
    made = model.generate(5).numpy()
    whole = tf.io.decode_png(grid_png(made)).numpy()
    np.testing.assert_array_equal(whole[8:, 8:16], made[4])
    np.testing.assert_array_equal(whole[8:, 16:], 0)
    with pytest.raises(InputError, match="pictures of another training"):
        PictureGrid(tmp_path / "made")
