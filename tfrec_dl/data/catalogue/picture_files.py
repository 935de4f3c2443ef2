"""Reads picture files safely: which files may be read, and how large they may be before anything is decoded.

A table may come from anybody. So a path in it must name a regular file below one folder. It must not be a device,
which never ends, a pipe, which blocks, or any other file that this process may read.
"""

import os
import stat
from pathlib import Path

MOST_BYTES = 2**26
"""Limit for a picture's file, or for an encoded picture."""
MOST_PIXELS = 2**25
"""Limit for a picture; a JPEG, which is made smaller as it is decoded, may have twice as many."""


class UnreadablePictureError(Exception):
    """Raised if a picture cannot be read; the message is the end of a sentence about it."""


def read_picture(path: str, folder: Path) -> bytes:
    """Reads the content of a picture's file.

    Args:
        path: path relative to the folder, or absolute.
        folder: folder that the file must be in or below, after all links are followed.

    Raises:
        UnreadablePictureError: if there is no such file, or it is elsewhere, not a regular file, or too large.
    """
    try:
        place = (folder / path.strip()).resolve(strict=True)
        if not place.is_relative_to(folder.resolve()):
            raise UnreadablePictureError(
                f"leads out of {str(folder)!r}, but pictures must be inside it (image_folder names another)"
            )
        if not place.is_file():
            raise UnreadablePictureError("is not a regular file")
        # In case the file is replaced meanwhile: opening must not wait for something that is no regular file.
        descriptor = os.open(place, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: circular links
        reason = getattr(error, "strerror", None) or str(error)
        raise UnreadablePictureError(f"cannot be read from {str(folder)!r} ({reason})") from error
    with open(descriptor, "rb") as file:
        content = file.read(MOST_BYTES + 1) if stat.S_ISREG(os.fstat(descriptor).st_mode) else b""
    check_bytes(content)
    return content


def check_bytes(content: bytes) -> None:
    """Raises UnreadablePictureError if an encoded picture is too large."""
    if len(content) > MOST_BYTES:
        raise UnreadablePictureError(f"has more than {MOST_BYTES:,} bytes, the most that a picture may have")


def check_pixels(height: int, width: int, most: int = MOST_PIXELS) -> None:
    """Raises UnreadablePictureError if a picture has too many pixels to decode, or none."""
    if height < 1 or width < 1 or height * width > most:
        raise UnreadablePictureError(f"has {width:,} x {height:,} pixels: a picture has 1 to {most:,} of them")


def pixels_of(content: bytes) -> tuple[int, int]:
    """Reads height and width from the header of a PNG, GIF, BMP or WebP picture.

    Raises:
        UnreadablePictureError: if it is none of these, or truncated.
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
            height = int.from_bytes(content[22:26], "little", signed=True)  # negative if rows run from the top down
            return abs(height), number(18, 4)
        if kind == b"VP8X":
            return number(27, 3) + 1, number(24, 3) + 1
        if kind == b"VP8 ":
            return number(28, 2) & 0x3FFF, number(26, 2) & 0x3FFF
        if kind == b"VP8L":
            bits = number(21, 4)
            return (bits >> 14 & 0x3FFF) + 1, (bits & 0x3FFF) + 1
    raise UnreadablePictureError("is not a whole JPEG, PNG, GIF, BMP or WebP picture")
