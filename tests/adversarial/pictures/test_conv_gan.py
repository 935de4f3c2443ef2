"""GAN of pictures: what the networks make, what a step learns, and that it learns the data's colours."""

import numpy as np
import pytest
import tensorflow as tf

from tfrec_dl.adversarial.losses import Minimax, Wasserstein
from tfrec_dl.adversarial.pictures.augmentation import augmented
from tfrec_dl.adversarial.pictures.conv_gan import ConvGAN, ConvGANConfig, scaled
from tfrec_dl.errors import InputError

SMALL = {"size": (16, 8), "filters": (8, 8), "latent_dimension": 4}
LOSSES = (Minimax(), Wasserstein())  # one of probabilities, and the critic
PICTURES = np.random.default_rng(0).integers(0, 256, (12, 16, 8, 3), dtype=np.uint8)


def gan(rate: float = 1e-3, **settings: object) -> ConvGAN:
    """Compiled, its initial weights the same each time."""
    tf.keras.utils.set_random_seed(1)
    model = ConvGAN(ConvGANConfig(**{**SMALL, **settings}))
    model.compile(tf.keras.optimizers.Adam(rate, beta_1=0.5), tf.keras.optimizers.Adam(rate, beta_1=0.5))
    return model


def batches(pictures: np.ndarray, size: int = 6) -> tf.data.Dataset:
    return tf.data.Dataset.from_tensor_slices(pictures).batch(size, drop_remainder=True)


def weights(model: tf.keras.Model) -> np.ndarray:
    return np.concatenate([weight.ravel() for weight in model.get_weights()])


def test_made_pictures_have_the_size_and_go_by_the_seed():
    made = gan().generate(5, seed=3)
    assert made.shape == (5, 16, 8, 3)
    assert made.dtype == tf.uint8
    np.testing.assert_array_equal(made, gan().generate(5, seed=3))
    assert (made.numpy() != gan().generate(5, seed=4).numpy()).any()


def test_logit_of_a_picture_does_not_depend_on_the_others_even_in_training():
    model = gan()
    together = model(PICTURES, training=True).numpy()
    assert together.shape == (12, 1)
    np.testing.assert_allclose(model(PICTURES[:1], training=True), together[:1], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.name)
def test_fit_reports_the_losses_and_trains_both_networks(loss):
    model = gan(adversarial_loss=loss, discriminator_steps=2)
    before = weights(model.generator), weights(model.discriminator)
    history = model.fit(batches(PICTURES), epochs=2, verbose=0).history
    assert set(history) == {"generator_loss", "discriminator_loss", "discriminator_accuracy"}
    assert np.isfinite(list(history.values())).all()
    assert not np.array_equal(before[0], weights(model.generator))
    assert not np.array_equal(before[1], weights(model.discriminator))
    assert int(model.optimizer.iterations) == 4
    assert int(model.discriminator_optimizer.iterations) == 8


@pytest.mark.parametrize("side", ["generator", "discriminator"])
def test_each_optimiser_moves_its_own_network_alone(side):
    model = gan()
    still = model.discriminator_optimizer if side == "generator" else model.optimizer
    still.learning_rate.assign(0.0)
    moved, kept = (
        (model.generator, model.discriminator) if side == "generator" else (model.discriminator, model.generator)
    )
    trained = [variable.numpy() for variable in kept.trainable_variables]
    before = weights(moved)
    model.fit(batches(PICTURES), verbose=0)
    for variable, value in zip(kept.trainable_variables, trained, strict=True):
        np.testing.assert_array_equal(variable, value)
    assert not np.array_equal(before, weights(moved))


def linear_critic(model: ConvGAN, slope: float) -> None:
    """Makes the logit `slope` times the mean of the pixels, times the root of their number: its slope is `slope`."""
    inputs = tf.keras.Input([16, 8, 3])
    kernel = tf.constant_initializer(slope / np.sqrt(16 * 8 * 3))
    logits = tf.keras.layers.Dense(1, kernel_initializer=kernel)(tf.keras.layers.Flatten()(inputs))
    model.discriminator = tf.keras.Model(inputs, logits)
    model.compile(tf.keras.optimizers.Adam(0.0), tf.keras.optimizers.SGD(0.0))


@pytest.mark.parametrize("slope", [0.5, 1.0, 3.0])
def test_critics_loss_is_the_difference_of_means_and_the_penalty_of_its_slope(slope):
    """Of a linear critic by hand: slope times the difference of the pixels' means, and 10 (slope - 1)^2."""
    model = gan(adversarial_loss=Wasserstein(gradient_penalty=10.0), augmentation=0.0)
    linear_critic(model, slope)
    # A generator that makes plain white pictures, and real ones that are all mid-grey to 1/255.
    model.generator.layers[-1].set_weights(
        [np.zeros_like(model.generator.layers[-1].get_weights()[0]), np.full(3, 20.0)]
    )
    grey = np.full((6, 16, 8, 3), 51, np.uint8)  # -0.6
    found = model.fit(batches(grey), verbose=0).history
    root = np.sqrt(16 * 8 * 3)
    assert found["discriminator_loss"][0] == pytest.approx(slope * root * (1 + 0.6) + 10 * (slope - 1) ** 2, rel=1e-4)
    assert found["generator_loss"][0] == pytest.approx(-slope * root, rel=1e-4)


def test_continued_training_draws_what_it_would_have_drawn(tmp_path):
    whole = gan(augmentation=0.2)
    whole.fit(batches(PICTURES), epochs=2, verbose=0)
    part = gan(augmentation=0.2)
    part.fit(batches(PICTURES), epochs=1, verbose=0)
    checkpoint = tf.train.Checkpoint(model=part, one=part.optimizer, other=part.discriminator_optimizer)
    path = checkpoint.write(str(tmp_path / "half"))
    tf.random.set_seed(99)
    again = gan(augmentation=0.2)
    checkpoint = tf.train.Checkpoint(model=again, one=again.optimizer, other=again.discriminator_optimizer)
    checkpoint.read(path).assert_consumed()
    again.fit(batches(PICTURES), epochs=1, verbose=0)
    np.testing.assert_array_equal(weights(again.generator), weights(whole.generator))
    np.testing.assert_array_equal(weights(again.discriminator), weights(whole.discriminator))


def test_generator_comes_to_make_both_colours_of_the_data():
    generator = np.random.default_rng(0)
    colours = np.array([[230, 40, 30], [30, 60, 220]])
    kinds = generator.integers(0, 2, 96)
    noise = generator.normal(0, 20, (96, 16, 8, 3))
    pictures = np.clip(colours[kinds][:, None, None] + noise, 0, 255).astype(np.uint8)
    model = gan(adversarial_loss=Wasserstein())
    model.compile(tf.keras.optimizers.Adam(2e-3, beta_1=0.0), tf.keras.optimizers.Adam(2e-3, beta_1=0.0))

    def distances() -> np.ndarray:
        """Of each made picture's mean colour from both, [64, 2]."""
        made = model.generate(64).numpy().mean(axis=(1, 2))
        return np.abs(made[:, None] - colours).mean(axis=2)

    assert distances().min(axis=1).mean() > 60
    model.fit(batches(pictures, 32), epochs=50, verbose=0)
    assert distances().min(axis=1).mean() < 40
    assert 0.2 < (distances().argmin(axis=1) == 0).mean() < 0.8


def test_pictures_are_changed_by_the_seed_alike_on_both_sides_and_gradients_come_back():
    pictures, seed = tf.repeat(scaled(PICTURES[:1]), 20, axis=0), tf.constant([1, 2])
    changed = augmented(pictures, 0.2, seed)
    assert len(np.unique(changed.numpy(), axis=0)) == 20
    np.testing.assert_array_equal(changed, augmented(pictures, 0.2, seed))
    np.testing.assert_array_equal(augmented(pictures, 0.0, seed), pictures)
    with tf.GradientTape() as tape:
        tape.watch(pictures)
        total = tf.reduce_sum(augmented(pictures, 0.2, seed), axis=[1, 2, 3])
    gradient = tape.gradient(total, pictures).numpy()
    # Saturation and contrast keep the mean, so each changed pixel stands for one pixel of the picture.
    np.testing.assert_allclose(gradient.sum(axis=(1, 2, 3)), 16 * 8 * 3, rtol=1e-4)


def test_only_places_and_tones_of_a_picture_are_changed():
    """Half of the pictures are mirrored; a plain one stays plain, its brightness changed by no more than the rate."""
    half = np.zeros((200, 16, 8, 3), np.float32)
    half[:, :, :4] = 0.5
    changed = augmented(tf.constant(half), 1e-4, tf.constant([5, 6])).numpy()
    mirrored = np.abs(changed - half[:, :, ::-1]).max(axis=(1, 2, 3)) < 0.01
    kept = np.abs(changed - half).max(axis=(1, 2, 3)) < 0.01
    assert (mirrored ^ kept).all()
    assert 70 < mirrored.sum() < 130
    plain = augmented(tf.fill([50, 16, 8, 3], 0.25), 0.1, tf.constant([5, 6])).numpy()
    np.testing.assert_allclose(plain, np.broadcast_to(plain[:, :1, :1, :1], plain.shape), atol=1e-6)
    assert 0.05 < np.abs(plain - 0.25).max() <= 0.2 + 1e-6


@pytest.mark.parametrize(
    "settings",
    [{"size": (18, 8)}, {"size": (16, 8), "filters": (4, 4, 4, 4)}, {"filters": ()}, {"augmentation": 0.5}],
    ids=str,
)
def test_settings_out_of_bounds_are_refused(settings):
    with pytest.raises(InputError):
        ConvGANConfig(**{**SMALL, **settings})
