"""Item columns that answers show, inside a TensorFlow graph."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import tensorflow as tf

from tfrec_dl.serving.attributes.columns import AttributeColumns
from tfrec_dl.serving.features import feature_inputs
from tfrec_dl.serving.names import RECOMMENDATION_ID
from tfrec_dl.serving.signature import TensorInfo

# Output names of signatures that recommend, and columns printed beside them; no shown column may use them.
RESERVED = (
    *("item_ids", "scores", RECOMMENDATION_ID, "click", "conversion", "click_and_conversion", "rating"),
    *("user_id", "rank", "item_id", "score", "similarity", "contribution", "because", "in_common"),
)


class ShownColumns(tf.Module):
    """Texts of items that answers show, such as titles and years; each text is stored once.

    Args:
        columns: texts of items by index, "" if there is none.

    Attributes:
        outputs: name of each column in answers, which is its own name made an identifier.
        arrays: `names` [S], the distinct `texts`, and `codes` [S x size], the position of each item's text in them.
        contents: function that returns the arrays; also works in a loaded export.
    """

    def __init__(self, columns: AttributeColumns) -> None:
        super().__init__(name="shown_columns")
        self.size = columns.size
        self.outputs = shown_outputs(columns.kinds)
        self.description = ", ".join(columns.kinds)
        self.arrays = {
            name: tf.Variable(value, trainable=False, shape=tf.TensorShape([None]), name=name)
            for name, value in shown_arrays(columns).items()
        }
        self.contents = tf.function(lambda: dict(self.arrays), input_signature=[])

    def of(self, indices: tf.Tensor) -> dict[str, tf.Tensor]:
        """Maps each output name to the texts of items: strings in the shape of `indices`, "" for padding."""
        places = tf.stack([indices + column * self.size for column in range(len(self.outputs))])
        texts = tf.gather(self.arrays["texts"], tf.gather(self.arrays["codes"], places))
        return dict(zip(self.outputs, tf.unstack(texts, len(self.outputs)), strict=True))

    def infos(self, axes: dict[str, int | None]) -> dict[str, TensorInfo]:
        """Returns the outputs of a signature that shows the columns."""
        return {name: TensorInfo(tf.string, axes) for name in self.outputs}


def shown_outputs(names: Iterable[str]) -> tuple[str, ...]:
    """Returns the names of columns in answers: each column's name made an identifier."""
    return tuple(each.name for each in feature_inputs(dict.fromkeys(names, "category"), RESERVED))


def shown_arrays(columns: AttributeColumns) -> dict[str, np.ndarray]:
    """Returns the arrays that a graph reads."""
    every = np.concatenate([[""], *(columns.columns[name] for name in columns.kinds)]).astype(object)
    codes, texts = pd.factorize(every)
    return {
        "names": np.array(list(columns.kinds), dtype=object),
        "texts": np.asarray(texts, dtype=object),
        "codes": codes[1:].astype(np.int32),
    }


def saved_shown(shown: Any) -> AttributeColumns:
    """Returns the shown columns that an export holds.

    Args:
        shown: the `ShownColumns` of a loaded SavedModel.
    """
    arrays = {name: value.numpy() for name, value in shown.contents().items()}
    names = [name.decode() for name in arrays["names"]]
    texts = np.array([text.decode() for text in arrays["texts"]], dtype=object)
    rows = texts[arrays["codes"]].reshape(len(names), -1)
    return AttributeColumns(rows.shape[1], dict.fromkeys(names, "category"), dict(zip(names, rows, strict=True)))
