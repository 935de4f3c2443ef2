"""Training of a DCGAN on item pictures, and the file of its discriminator."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf
from pydantic import Field

from tfrec_dl.adversarial.pictures.conv_gan import ConvGAN, ConvGANConfig
from tfrec_dl.adversarial.pictures.monitor import PictureGANMonitor, PictureGANMonitorConfig
from tfrec_dl.configurations import configuration
from tfrec_dl.errors import InputError
from tfrec_dl.features.pictures import Resize
from tfrec_dl.files import replacing

BLOCK = 1_024  # pictures resized at once
SUFFIX = ".keras"


@configuration
class ConvGANTraining:
    """Training settings of a DCGAN.

    Attributes:
        epochs: number of passes over the pictures.
        batch_size: pictures per step. Those left over at the end of an epoch are skipped; they differ between epochs.
        generator_learning_rate: learning rate of the generator's Adam.
        discriminator_learning_rate: learning rate of the discriminator's Adam.
        momentum: momentum of both (Adam's beta 1), 0.5 in the paper; 0 suits the Wasserstein loss.
        monitor: thresholds at which training is stopped early.
        seed: seed of initial weights, the order of the pictures and everything sampled.
    """

    epochs: int = Field(default=60, ge=1)
    batch_size: int = Field(default=64, ge=2)
    generator_learning_rate: float = Field(default=2e-4, gt=0, allow_inf_nan=False)
    discriminator_learning_rate: float = Field(default=2e-4, gt=0, allow_inf_nan=False)
    momentum: float = Field(default=0.5, ge=0, lt=1)
    monitor: PictureGANMonitorConfig = PictureGANMonitorConfig()
    seed: int = Field(default=0, ge=0, lt=2**31)


def fit_conv_gan(
    pictures: np.ndarray,
    config: ConvGANConfig | None = None,
    training: ConvGANTraining | None = None,
    callbacks: Sequence[tf.keras.callbacks.Callback] = (),
    verbose: str | int = "auto",
) -> ConvGAN:
    """Trains generator and discriminator on the pictures that are not missing.

    Args:
        pictures: [N, H, W, 3] uint8 of any size; black ones are missing. For example `Catalogue.columns["poster"]`.
        config: networks and losses; default `ConvGANConfig()`.
        training: settings; default `ConvGANTraining()`.
        callbacks: further Keras callbacks; "generator_loss", "discriminator_loss", "discriminator_accuracy" and
            "variety" are in their logs.
        verbose: as in `model.fit`.

    Returns:
        The model after its last epoch; `history` is Keras's.

    Raises:
        InputError: if the pictures have another type or shape, or are fewer than one batch.
    """
    config, training = config or ConvGANConfig(), training or ConvGANTraining()
    present = _present(pictures, config.size, training.batch_size)
    tf.keras.utils.set_random_seed(training.seed)
    model = ConvGAN(config, training.seed)
    model.compile(
        tf.keras.optimizers.Adam(training.generator_learning_rate, beta_1=training.momentum),
        tf.keras.optimizers.Adam(training.discriminator_learning_rate, beta_1=training.momentum),
    )
    batches = tf.data.Dataset.from_tensor_slices(present).shuffle(len(present), seed=training.seed)
    monitor = PictureGANMonitor(float(present.std(axis=0, dtype=np.float32).mean()), training.monitor)
    model.fit(
        batches.batch(training.batch_size, drop_remainder=True),
        epochs=training.epochs,
        callbacks=[monitor, *callbacks],
        verbose=verbose,
    )
    return model


def save_discriminator(model: ConvGAN, path: str | Path) -> Path:
    """Writes the discriminator to one file, for `GANFeatures(weights=path)`; it appears only once it is complete.

    Args:
        model: a trained model.
        path: new file whose name ends in ".keras".

    Returns:
        The path.

    Raises:
        InputError: if the file exists, its name ends differently, or the folder is not writable.
    """
    path = Path(path)
    if path.suffix != SUFFIX:
        raise InputError(f"the file of a discriminator is {str(path)!r}: choose a name that ends in {SUFFIX}.")
    if path.exists():
        raise InputError(f"the file {str(path)!r} already exists: choose another name, or delete it.")
    with replacing(path) as temporary:
        # Keras accepts only file names with the suffix of its format.
        written = temporary.with_name(f"{temporary.name}{SUFFIX}")
        try:
            model.discriminator.save(written, save_format="keras")
            os.replace(written, temporary)
        finally:
            written.unlink(missing_ok=True)
    return path


def _present(pictures: np.ndarray, size: tuple[int, int], batch_size: int) -> np.ndarray:
    """Returns the pictures that are not missing, resized: [n, height, width, 3] uint8."""
    if pictures.dtype != np.uint8 or pictures.ndim != 4 or pictures.shape[3] != 3:
        raise InputError(
            f"pictures have type {pictures.dtype} and shape {list(pictures.shape)}: give uint8 [N, height, width, 3]."
        )
    present = pictures[pictures.any(axis=(1, 2, 3))]
    if len(present) < batch_size:
        raise InputError(
            f"{len(present)} of {len(pictures)} pictures are not black: "
            f"give at least {batch_size}, or a lower batch_size."
        )
    resize = Resize(size)
    return np.concatenate([resize(present[at : at + BLOCK]).numpy() for at in range(0, len(present), BLOCK)])
