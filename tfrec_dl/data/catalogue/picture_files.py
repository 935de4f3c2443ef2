"""Files of pictures: which may be read at all, and how large they may be before anything is decoded.

A table may come from anybody. So a path in it names a regular file below one folder, and neither a device, which never
ends, nor a pipe, which waits, nor anything else that this process may read.
"""

import os
import stat
from pathlib import Path

MOST_BYTES = 2**26
"""Of a picture's file, or of an encoded picture."""
MOST_PIXELS = 2**25
"""Of a picture; a JPEG, which is made smaller as it is decoded, may have twice as many."""


class UnreadablePictureError(Exception):
    """Why a picture cannot be read, as the end of a sentence about it."""


def read_picture(path: str, folder: Path) -> bytes:
    """The content of a picture's file.

    Args:
        path: relative to the folder, or absolute.
        folder: that the file must be in, or in a folder below, once all links are followed.

    Raises:
        UnreadablePictureError: if there is no such file, it lies elsewhere, it is no regular file or too large.
    """
    try:
        place = (folder / path.strip()).resolve(strict=True)
        if not place.is_relative_to(folder.resolve()):
            raise UnreadablePictureError(
                f"leads out of {str(folder)!r}, which pictures must be below (image_folder names another)"
            )
        if not place.is_file():
            raise UnreadablePictureError("is no regular file")
        # Should it be replaced meanwhile: what is no regular file must not be waited for.
        descriptor = os.open(place, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: links in a circle
        reason = getattr(error, "strerror", None) or str(error)
        raise UnreadablePictureError(f"cannot be read from {str(folder)!r} ({reason})") from error
    with open(descriptor, "rb") as file:
        content = file.read(MOST_BYTES + 1) if stat.S_ISREG(os.fstat(descriptor).st_mode) else b""
    check_bytes(content)
    return content


def check_bytes(content: bytes) -> None:
    """Raises UnreadablePictureError where an encoded picture is too large."""
    if len(content) > MOST_BYTES:
        raise UnreadablePictureError(f"has more than {MOST_BYTES:,} bytes, the most of a picture")


def check_pixels(height: int, width: int, most: int = MOST_PIXELS) -> None:
    """Raises UnreadablePictureError where a picture has too many pixels to decode, or none."""
    if height < 1 or width < 1 or height * width > most:
        raise UnreadablePictureError(f"has {width:,} x {height:,} pixels: a picture has 1 to {most:,} of them")


def pixels_of(content: bytes) -> tuple[int, int]:
    """Height and width that the head of a PNG, GIF, BMP or WebP picture has.

    Raises:
        UnreadablePictureError: if it is none of these, or cut short.
    """

    def number(start: int, size: int, order: str = "little") -> int:
        return int.from_bytes(content[start : start + size], order)  # type: ignore[arg-type]

    kind = content[12:16] if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else content[:4]
    if len(content) >= 30:
        if kind == b"\x89PNG":
            return number(20, 4, "big"), number(16, 4, "big")
        if kind == b"GIF8":
            return number(8, 2), number(6, 2)
        if kind[:2] == b"BM":
            height = int.from_bytes(content[22:26], "little", signed=True)  # negative where rows are from the top down
            return abs(height), number(18, 4)
        if kind == b"VP8X":
            return number(27, 3) + 1, number(24, 3) + 1
        if kind == b"VP8 ":
            return number(28, 2) & 0x3FFF, number(26, 2) & 0x3FFF
        if kind == b"VP8L":
            bits = number(21, 4)
            return (bits >> 14 & 0x3FFF) + 1, (bits & 0x3FFF) + 1
    raise UnreadablePictureError("is not a whole JPEG, PNG, GIF, BMP or WebP picture")
