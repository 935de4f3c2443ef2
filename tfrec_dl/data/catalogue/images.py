"""Reads pictures into small arrays of one size."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from tfrec_dl.data.catalogue.picture_files import (
    MOST_PIXELS,
    UnreadablePictureError,
    check_bytes,
    check_pixels,
    pixels_of,
    read_picture,
)
from tfrec_dl.data.tables.checks import Locate, show
from tfrec_dl.errors import InputError

READERS = 2
"""Pictures read at a time; only these are in memory at full size."""


def checked_images(
    cells: Sequence[Any], missing: np.ndarray, name: str, locate: Locate, size: tuple[int, int], folder: Path
) -> np.ndarray:
    """Reads a column of pictures.

    It reads JPEG (also gray and CMYK), PNG, GIF (the first frame), BMP and WebP; transparent areas become white.
    Pictures are stretched to `size` by area averaging; EXIF orientation is ignored. An entirely black picture counts as
    missing.

    Args:
        cells: [n] each the path of a picture, its encoded bytes, or a uint8 array [height, width, 1, 3 or 4].
        missing: [n] bool, rows to leave black.
        name: the column's name, for errors.
        locate: how to name a row, for errors.
        size: height and width of the result in pixels.
        folder: folder that relative paths are relative to, and that the files must be in or below.

    Returns:
        [n, height, width, 3] uint8, RGB; all zero if missing.

    Raises:
        InputError: if a picture is missing, unreadable, no regular file in the folder, or too large (see
            `picture_files`); the message names row and path.
    """
    images = np.zeros((len(cells), *size, 3), dtype=np.uint8)

    def read(row: int) -> None:
        value = cells[row]
        try:
            images[row] = _picture(value, size, folder)
        except UnreadablePictureError as error:
            what = "an array or encoded picture" if isinstance(value, (bytes, np.ndarray)) else show(str(value), 200)
            raise InputError(
                f"column {name!r}, {locate(row)}: {what} {error}: empty the field if the item has no picture, or "
                "ignore the column"
            ) from error

    with ThreadPoolExecutor(READERS) as pool:
        for _ in pool.map(read, np.flatnonzero(~missing).tolist()):
            pass
    return images


def _picture(value: Any, size: tuple[int, int], folder: Path) -> np.ndarray:
    """Returns the picture of one cell, [height, width, 3] uint8."""
    import tensorflow as tf

    with tf.device("CPU:0"):
        pixels = tf.constant(_checked_array(value)) if isinstance(value, np.ndarray) else _decoded(value, size, folder)
        channels = int(pixels.shape[-1])
        small = tf.image.resize(pixels, size, method="area")
        if channels in (2, 4):  # straight alpha, over white
            opaque = pixels[..., -1:]
            if int(tf.reduce_min(opaque)) < 255:
                alpha = tf.cast(opaque, tf.float32) / 255.0
                shades = []
                for channel in range(channels - 1):  # one at a time, because these are numbers of four bytes
                    over_white = tf.cast(pixels[..., channel : channel + 1], tf.float32) * alpha + 255.0 * (1.0 - alpha)
                    shades.append(tf.image.resize(over_white, size, method="area"))
                small = tf.concat(shades, axis=-1)
            else:
                small = small[..., :-1]
        if small.shape[-1] == 1:
            small = tf.repeat(small, 3, axis=-1)
        return tf.cast(tf.round(tf.clip_by_value(small, 0.0, 255.0)), tf.uint8).numpy()


def _checked_array(value: np.ndarray) -> np.ndarray:
    if value.dtype != np.uint8 or value.ndim != 3 or value.shape[-1] not in (1, 3, 4) or not value.size:
        raise UnreadablePictureError(
            f"has type {value.dtype} and shape {list(value.shape)}, not uint8 [height, width, 3]"
        )
    return value


def _decoded(value: Any, size: tuple[int, int], folder: Path) -> Any:
    """Decodes a picture to a tensor [height, width, 1 to 4] uint8; large JPEGs are made smaller in decoding."""
    import tensorflow as tf

    if not isinstance(value, bytes):
        value = read_picture(str(value), folder)
    check_bytes(value)
    try:
        if value[:2] != b"\xff\xd8":
            check_pixels(*pixels_of(value))
            return tf.io.decode_image(value, expand_animations=False)
        height, width = tf.io.extract_jpeg_shape(value).numpy()[:2].tolist()
        check_pixels(height, width, 2 * MOST_PIXELS)
        fits = [ratio for ratio in (8, 4, 2) if height >= 2 * ratio * size[0] and width >= 2 * ratio * size[1]]
        return tf.io.decode_jpeg(value, channels=3, ratio=fits[0] if fits else 1, dct_method="INTEGER_ACCURATE")
    except tf.errors.OpError as error:
        raise UnreadablePictureError("is not a whole JPEG, PNG, GIF, BMP or WebP picture") from error
