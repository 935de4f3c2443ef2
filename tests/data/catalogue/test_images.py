import base64
import os
import struct

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from tfrec_dl.data.catalogue import picture_files
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


@pytest.fixture
def table(tmp_path):
    """A table's folder beside others; the path in its third line is what the caller gives."""
    (tmp_path / "shop" / "covers").mkdir(parents=True)
    for name in ("shop/covers/1.jpg", "outside.jpg"):
        (tmp_path / name).write_bytes(jpeg(RED))
    os.mkfifo(tmp_path / "shop" / "pipe.jpg")
    (tmp_path / "shop" / "link.jpg").symlink_to("covers/1.jpg")
    (tmp_path / "shop" / "out.jpg").symlink_to(tmp_path / "outside.jpg")
    (tmp_path / "shop" / "zero.jpg").symlink_to("/dev/zero")
    (tmp_path / "shop" / "circle.jpg").symlink_to("circle.jpg")
    (tmp_path / "shop" / "up").symlink_to("..")

    def written(path):
        (tmp_path / "shop" / "items.csv").write_text(f"item_id,cover\na,covers/1.jpg\nb,{path}\n")
        return tmp_path / "shop" / "items.csv"

    return written


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/dev/zero", "leads out of"),
        ("/proc/self/environ", "leads out of"),
        ("/etc/passwd", "leads out of"),
        ("../outside.jpg", "leads out of"),
        ("covers/../../outside.jpg", "leads out of"),
        ("out.jpg", "leads out of"),
        ("zero.jpg", "leads out of"),
        ("up/outside.jpg", "leads out of"),
        ("pipe.jpg", "is not a regular file"),
        ("covers", "is not a regular file"),
        ("circle.jpg", "cannot be read"),
        ("cov\0er.jpg", "cannot be read"),
        ("x" * 5_000, "cannot be read"),
    ],
    ids=lambda value: value[:20].replace("\0", "0"),
)
def test_a_picture_is_a_regular_file_below_the_table_s_folder(table, path, reason):
    with pytest.raises(InputError, match=reason) as refused:
        Catalogue.read(table(path), kinds={"cover": "image"})
    assert "column 'cover', line 3: " in str(refused.value)
    assert "\n" not in str(refused.value)


def test_other_folders_are_read_where_the_caller_says_so(table, tmp_path):
    for path in ("link.jpg", tmp_path / "shop" / "covers" / "1.jpg"):
        assert Catalogue.read(table(path), kinds={"cover": "image"}).columns["cover"].any(axis=(1, 2, 3)).all()
    frame = pd.DataFrame({"item_id": ["a", "b"], "cover": [str(tmp_path / "outside.jpg"), "shop/covers/1.jpg"]})
    assert len(Catalogue.from_frame(frame, kinds={"cover": "image"}, image_folder=tmp_path)) == 2
    with pytest.raises(InputError, match="row 1: .* leads out of"):
        Catalogue.from_frame(frame, kinds={"cover": "image"}, image_folder=tmp_path / "shop")


def heads():
    """Heads of 20,000 x 30,000 pixels, which are all that is read."""
    side = (20_000, 30_000)
    yield "png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", *side) + b"\x08\x02\0\0\0"
    yield "gif", b"GIF89a" + struct.pack("<HH", *side)
    yield "bmp", b"BM" + bytes(16) + struct.pack("<ii", side[0], -side[1])
    webp = b"RIFF\0\0\0\0WEBP"
    yield "webp", webp + b"VP8X" + bytes(8) + (side[0] - 1).to_bytes(3, "little") + (side[1] - 1).to_bytes(3, "little")
    yield "webp of 16,383", webp + b"VP8 " + bytes(10) + struct.pack("<HH", 16_383, 16_383)
    yield "lossless", webp + b"VP8L" + bytes(5) + ((16_383 - 1) | (16_383 - 1) << 14).to_bytes(4, "little")
    frame = b"\xff\xc0\0\x11\x08" + struct.pack(">HH", side[1], side[0]) + b"\x03\x01\x11\0\x02\x11\0\x03\x11\0"
    yield "jpeg", b"\xff\xd8" + frame + b"\xff\xda\0\x0c\x03\x01\0\x02\0\x03\0\0\x3f\0"


@pytest.mark.parametrize("content", [head for _, head in heads()], ids=[name for name, _ in heads()])
def test_too_many_pixels_are_refused_before_they_are_decoded(content, monkeypatch):
    def decodes(*_, **__):
        raise AssertionError("it was decoded")

    monkeypatch.setattr(tf.io, "decode_image", decodes)
    monkeypatch.setattr(tf.io, "decode_jpeg", decodes)
    with pytest.raises(
        InputError, match=r"has (20,000 x 30,000|16,383 x 16,383) pixels: a picture has 1 to [\d,]+ of them"
    ):
        read(content + bytes(40))


def test_too_many_bytes_are_refused_as_a_file_and_as_a_cell(table, monkeypatch):
    monkeypatch.setattr(picture_files, "MOST_BYTES", 100)
    with pytest.raises(InputError, match="line 2: 'covers/1.jpg' has more than 100 bytes"):
        Catalogue.read(table("covers/1.jpg"), kinds={"cover": "image"})
    with pytest.raises(InputError, match="row 1: an array or encoded picture has more than 100 bytes"):
        read(jpeg(NOISE))


def test_size_in_a_head_is_that_of_the_picture():
    assert picture_files.pixels_of(png(RED)) == (6, 8)
