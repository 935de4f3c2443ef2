import base64

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.errors import InputError

# A CMYK JPEG of 2 x 2 pixels of the colour (200, 30, 10), as Pillow writes it.
CMYK = base64.b64decode(
    "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwADAgIDAgIDAwMDBAMDBAUIBQUEBAUKBwcGCAwKDAwLCgsLDQ4SEA0OEQ4LCxAWEBETFBUVFQwPFxgWFBgS"
    "FBUU/8AAFAgAAgACBEMRAE0RAFkRAEsRAP/EABUAAQEAAAAAAAAAAAAAAAAAAAkI/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAA4EQwBNAFkASwAA"
    "PwCwB9DEKm//2Q=="
)
RED = np.full((6, 8, 3), (200, 30, 10), dtype=np.uint8)
GREY = np.full((6, 8, 1), 80, dtype=np.uint8)


def jpeg(pixels):
    return tf.io.encode_jpeg(pixels, quality=95, chroma_downsampling=False).numpy()


def png(pixels):
    return tf.io.encode_png(pixels).numpy()


def read(value, size=(2, 4)):
    """The picture of one cell."""
    frame = pd.DataFrame({"item_id": ["a"], "picture": pd.Series([value], dtype=object)})
    return Catalogue.from_frame(frame, kinds={"picture": "image"}, image_size=size).columns["picture"][0]


def half_transparent():
    blue = np.zeros((6, 8, 4), dtype=np.uint8)
    blue[..., 2:] = (200, 128)
    return png(blue)


@pytest.mark.parametrize(
    ("value", "colour"),
    [
        (jpeg(RED), (200, 30, 10)),
        (jpeg(GREY), (80, 80, 80)),
        (CMYK, (200, 30, 10)),
        (png(RED), (200, 30, 10)),
        (png(GREY), (80, 80, 80)),
        (png(RED[:1, :1]), (200, 30, 10)),
        (png(np.zeros((6, 8, 4), np.uint8)), (255, 255, 255)),
        (half_transparent(), (127, 127, 227)),
        (png(np.full((6, 8, 2), (80, 255), np.uint8)), (80, 80, 80)),
        (png(np.full((6, 8, 1), 40_000, np.uint16)), (156, 156, 156)),
        (RED, (200, 30, 10)),
        (GREY, (80, 80, 80)),
    ],
)
def test_every_sort_of_picture_becomes_rgb_of_the_size_asked(value, colour):
    picture = read(value)
    assert picture.shape == (2, 4, 3)
    assert np.abs(picture.astype(int) - colour).max() <= 2


def test_pixels_are_averaged_over_their_area():
    pixels = np.random.default_rng(0).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    expected = pixels.reshape(2, 3, 4, 2, 3).mean(axis=(1, 3))
    assert np.abs(read(pixels) - expected).max() <= 0.5 + 1e-3


def test_a_large_jpeg_shrinks_as_a_png_does():
    smooth = np.linspace(0, 255, 640 * 480).reshape(480, 640, 1).astype(np.uint8).repeat(3, axis=2)
    smooth[:, :, 1] = np.linspace(0, 255, 640)
    assert np.abs(read(jpeg(smooth), (16, 16)).astype(int) - read(png(smooth), (16, 16))).max() <= 3


def test_paths_are_relative_to_the_table(tmp_path):
    (tmp_path / "covers").mkdir()
    (tmp_path / "covers" / "1.jpg").write_bytes(jpeg(RED))
    (tmp_path / "covers" / "2.png").write_bytes(png(GREY))
    (tmp_path / "items.csv").write_text("item_id,cover\na,covers/1.jpg\nb,\nc,covers/2.png\n")
    catalogue = Catalogue.read(tmp_path / "items.csv", image_size=(2, 2))
    assert catalogue.kinds == {"cover": "image"}
    assert catalogue.columns["cover"].dtype == np.uint8
    assert catalogue.columns["cover"][:, 0, 0, 0].tolist() == [pytest.approx(200, abs=2), 0, 80]
    frame = pd.read_csv(tmp_path / "items.csv")
    assert (
        Catalogue.from_frame(frame, image_size=(2, 2), image_folder=tmp_path).fingerprint() == catalogue.fingerprint()
    )


NOISE = np.random.default_rng(0).integers(0, 256, (90, 80, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    "content", [b"", b"hello", jpeg(NOISE)[:20], jpeg(NOISE)[:2000], jpeg(NOISE)[:-2], png(NOISE)[:2000]]
)
def test_what_is_no_whole_picture_is_refused_with_row_and_path(tmp_path, content):
    (tmp_path / "1.jpg").write_bytes(jpeg(RED))
    (tmp_path / "bad.jpg").write_bytes(content)
    (tmp_path / "items.csv").write_text("item_id,cover\na,1.jpg\nb,\nc,bad.jpg\n")
    with pytest.raises(InputError, match=r"column 'cover', line 4: 'bad.jpg' is not a whole JPEG.*ignore the column$"):
        Catalogue.read(tmp_path / "items.csv")


def test_a_path_without_a_file_is_refused_with_its_row(tmp_path):
    (tmp_path / "1.jpg").write_bytes(jpeg(RED))
    (tmp_path / "items.csv").write_text("item_id,cover\na,1.jpg\nb,2.jpg\n")
    with pytest.raises(InputError, match=r"column 'cover', line 3: '2.jpg' cannot be read from .*No such file"):
        Catalogue.read(tmp_path / "items.csv")


@pytest.mark.parametrize("value", [np.zeros((2, 2, 3)), np.zeros((2, 2, 5), np.uint8), np.zeros((0, 2, 3), np.uint8)])
def test_an_array_that_is_no_picture_is_refused(value):
    with pytest.raises(InputError, match=r"row 1: an array .* not uint8 \[height, width, 3\]"):
        read(value)
