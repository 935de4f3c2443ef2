"""Readers that turn features of items, users and impressions (text, pictures, categories, numbers) into vectors.

`tfrec_dl.features.ImageCNN` and the other classes are imported when they are first used.
"""

from typing import Any

from tfrec_dl.features.readers import (
    CATEGORY_READERS,
    FUSIONS,
    NUMBER_READERS,
    PICTURE_READERS,
    CategoryReader,
    Fusion,
    NumberReader,
    PictureReader,
)
from tfrec_dl.lazy_parts import lazily

__all__ = [
    "CATEGORY_READERS",
    "FUSIONS",
    "NUMBER_READERS",
    "PICTURE_READERS",
    "CategoryReader",
    "Fusion",
    "NumberReader",
    "PictureReader",
]

_REGISTRIES = (PICTURE_READERS, CATEGORY_READERS, NUMBER_READERS, FUSIONS)
_attribute = lazily(__name__, _REGISTRIES, {"content": ["Content"], "text_cnn": ["TextCNN"]})


def __getattr__(name: str) -> Any:
    return _attribute(name)
