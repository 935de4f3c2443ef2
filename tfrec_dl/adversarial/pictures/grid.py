"""Callback that writes generated pictures to a file after every epoch."""

import math
from pathlib import Path
from typing import Any

import tensorflow as tf

from tfrec_dl.errors import InputError
from tfrec_dl.files import replacing


class PictureGrid(tf.keras.callbacks.Callback):
    """After every epoch, writes pictures made from the same latent vectors: epoch-001.png, epoch-002.png, ...

    Args:
        folder: folder for the files; created if missing. Existing files with these names are an error.
        count: number of pictures per file.
        every: number of epochs between files.

    Raises:
        InputError: if the folder already contains such files.
    """

    def __init__(self, folder: Path | str, count: int = 64, every: int = 1) -> None:
        super().__init__()
        folder = Path(folder)
        if any(folder.glob("epoch-*.png")):
            raise InputError(f"{folder} holds pictures of another training: choose another folder, or delete them.")
        self.folder = folder
        self.count = count
        self.every = every

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Writes the epoch's file."""
        if (epoch + 1) % self.every == 0:
            self.folder.mkdir(parents=True, exist_ok=True)
            with replacing(self.folder / f"epoch-{epoch + 1:03d}.png") as temporary:
                temporary.write_bytes(grid_png(self.model.generate(self.count)))


def grid_png(pictures: tf.Tensor) -> bytes:
    """Arranges pictures [N, H, W, 3] uint8 in a roughly square grid and returns a PNG; empty cells are black."""
    count, height, width = pictures.shape[:3]
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    filled = tf.pad(pictures, [[0, rows * columns - count], [0, 0], [0, 0], [0, 0]])
    grid = tf.transpose(tf.reshape(filled, [rows, columns, height, width, 3]), [0, 2, 1, 3, 4])
    encoded: bytes = tf.io.encode_png(tf.reshape(grid, [rows * height, columns * width, 3])).numpy()
    return encoded
