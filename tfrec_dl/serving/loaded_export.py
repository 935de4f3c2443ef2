"""A loaded export: the SavedModel of a version folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from tfrec_dl.arguments import path_given
from tfrec_dl.data.vocabulary import FIRST_ITEM, Vocabulary
from tfrec_dl.errors import InputError
from tfrec_dl.serving.names import RECOMMEND_RANKED, SERVING_DEFAULT
from tfrec_dl.serving.versions import resolve_version


@dataclass(frozen=True)
class LoadedExport:
    """A loaded version of an export.

    Attributes:
        folder: the version folder.
        saved_model: result of `tf.saved_model.load`.
    """

    folder: Path
    saved_model: Any

    @property
    def signatures(self) -> Mapping[str, Any]:
        """The functions of the export by name."""
        signatures: Mapping[str, Any] = self.saved_model.signatures
        return signatures

    @property
    def size(self) -> int:
        """Width of a recommender's scores: the number of items, including padding and unknown."""
        return int(self._recommending._popularity.shape[0])

    def vocabulary(self) -> Vocabulary:
        """The items that a recommender knows, with their training interactions; items added later have none."""
        module = self._recommending
        if hasattr(module, "item_ids"):
            ids = module.item_ids()
        else:  # older exports hold them only as a constant in their graph
            held = self.signatures[SERVING_DEFAULT].captured_inputs
            ids = next(each for each in held if each.dtype == tf.string and each.shape == [self.size - FIRST_ITEM])
        texts = np.array([item.decode() for item in ids.numpy()], dtype=object)
        return Vocabulary(texts, module._popularity.numpy()[FIRST_ITEM:].astype(np.int64))

    @property
    def _recommending(self) -> Any:
        return self.saved_model.retrieval if RECOMMEND_RANKED in self.signatures else self.saved_model


def open_export(dest: str | PathLike[str]) -> LoadedExport:
    """Loads the newest version in `dest`, or `dest` itself if it is a version folder.

    Raises:
        InputError: if there is no version, or it is damaged.
    """
    folder = resolve_version(path_given(dest, "dest"))
    try:
        return LoadedExport(folder, tf.saved_model.load(str(folder)))
    except Exception as error:  # for damaged files, TensorFlow raises many error types with long messages
        reason = str(error).strip().split("\n")[0] or type(error).__name__
        raise InputError(f"cannot load {folder}: it is damaged ({reason}); export again.") from error
