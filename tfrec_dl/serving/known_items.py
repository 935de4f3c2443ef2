"""The items that an exported recommender knows, and lists of them in answers.

Contains ids, their lookup, counts and attributes, but nothing of Keras, the optimizer or tfrec_dl, so that plain
`tf.saved_model.load` and TF Serving can run it.
"""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from tfrec_dl.data.vocabulary import FIRST_ITEM, PADDING
from tfrec_dl.errors import InputError
from tfrec_dl.serving.attributes.attributes import ItemAttributes
from tfrec_dl.serving.attributes.columns import AttributeColumns
from tfrec_dl.serving.attributes.shown import ShownColumns
from tfrec_dl.serving.attributes.shown_source import ShownSource
from tfrec_dl.serving.attributes.source import AttributeSource
from tfrec_dl.serving.index import top_k
from tfrec_dl.serving.names import RECOMMENDATION_ID
from tfrec_dl.serving.recommendation_id import new_version_id, recommendation_ids
from tfrec_dl.serving.rules.by_rules import ByRules
from tfrec_dl.serving.signature import TensorInfo


class KnownItems(tf.Module):
    """The items of an exported recommender.

    Args:
        ids: item ids, in index order.
        counts: [size] training interactions by index, including padding and unknown.
        k_max: length of the recommendation lists; capped at the number of items.
        keep_seen: whether items of the history are recommended again.

    Attributes:
        size: number of indices, including padding and unknown.
        attributes: item attributes; none unless `describe_items` has set them.
        by_rules: object that makes lists by rules.
        shown: item columns that answers return; none unless `show` has set them.
        version_id: prefix of the ids of its recommendations.
        item_ids: function that returns the item ids; also works in a loaded export.
    """

    shown: ShownColumns | None = None

    def __init__(self, ids: Sequence[str], counts: np.ndarray, k_max: int = 100, keep_seen: bool = False) -> None:
        super().__init__(name="recommender")
        if k_max < 1:
            raise InputError(f"k_max is {k_max}, but must be at least 1.")
        if not ids:
            raise InputError("the vocabulary has 0 items: nothing can be recommended; train on a table with items.")
        if "" in ids:
            raise InputError('an item has the id "" (the empty string), which means padding in requests: rename it.')
        self.k_max = min(int(k_max), len(ids))
        self.keep_seen = keep_seen
        self.size = FIRST_ITEM + len(ids)
        self.attributes = ItemAttributes(AttributeColumns(self.size))
        self.by_rules = ByRules(self)
        self.version_id = tf.Variable(new_version_id(), trainable=False, name="version_id")
        # One tensor serves both directions, so that the SavedModel stores the ids once.
        self._ids = tf.constant(ids, tf.string)
        self.item_ids = tf.function(lambda: self._ids, input_signature=[])
        indices = tf.range(FIRST_ITEM, self.size, dtype=tf.int32)
        self._table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(self._ids, indices), PADDING)
        self._popularity = tf.Variable(np.asarray(counts, np.float32), trainable=False, name="popularity")

    def describe_items(self, source: AttributeSource) -> None:
        """Sets the item attributes from a table.

        Raises:
            InputError: as in `AttributeSource.read`.
        """
        self.attributes = ItemAttributes(source.read(self._known()))
        self.by_rules = ByRules(self)

    def show(self, source: ShownSource) -> None:
        """Sets the item columns that answers return from a table.

        Raises:
            InputError: as in `ShownSource.read`.
        """
        self.shown = ShownColumns(source.read(self._known()))

    def _known(self) -> list[str]:
        return [item.decode() for item in self.item_ids().numpy()]

    def popularity_of(self, items: tf.Tensor) -> tf.Tensor:
        """Returns the items' training interactions, their scores after an empty history: float32 of the same shape."""
        return tf.gather(self._popularity, items)

    def lookup(self, ids: tf.Tensor) -> tf.Tensor:
        """Maps ids to indices of the same shape; "" and unknown ids become 0."""
        return self._table.lookup(ids)

    def ids_of(self, indices: tf.Tensor) -> tf.Tensor:
        """Maps indices to ids of the same shape; padding becomes ""."""
        return tf.where(indices == PADDING, "", tf.gather(self._ids, tf.maximum(indices - FIRST_ITEM, 0)))

    @property
    def recommendations(self) -> dict[str, TensorInfo]:
        """Returns the outputs of a signature that recommends."""
        axes = {"B": None, "k_max": self.k_max}
        shown = {} if self.shown is None else self.shown.infos(axes)
        return {
            "item_ids": TensorInfo(tf.string, axes),
            "scores": TensorInfo(tf.float32, axes),
            RECOMMENDATION_ID: TensorInfo(tf.string, {"B": None}),
            **shown,
        }

    def best(
        self, scores: tf.Tensor, has_history: tf.Tensor, masked: tf.Tensor, k: int | None = None
    ) -> dict[str, tf.Tensor]:
        """Returns the best items, in the form of a signature's answer.

        Args:
            scores: [B, size] float32.
            has_history: [B] bool; if False, the popular items are the best.
            masked: [B, M] int32, indices that must not be recommended.
            k: number of items, at most that of the catalogue; None for `k_max`.
        """
        k = self.k_max if k is None else k
        indices, best = top_k(self.or_popularity(scores, has_history), masked, k)
        return self.answer(indices, best, k)

    def or_popularity(self, scores: tf.Tensor, has_history: tf.Tensor) -> tf.Tensor:
        """Returns the scores [B, size], or the popularity in rows without a history."""
        # Most batches have no new users, and need no copy of the scores.
        return tf.cond(
            tf.reduce_all(has_history),
            lambda: scores,
            lambda: tf.where(has_history[:, None], scores, self._popularity),
        )

    def answer(self, indices: tf.Tensor, scores: tf.Tensor, k: int | None = None) -> dict[str, tf.Tensor]:
        """Returns a list in the form of a signature's answer.

        Args:
            indices: [B, k] int32, 0 where there is no item.
            scores: [B, k] float32.
            k: length; None for `k_max`.
        """
        k = self.k_max if k is None else k
        shown = {} if self.shown is None else self.shown.of(indices)
        found = {"item_ids": self.ids_of(indices), "scores": scores, **shown}
        lists = {name: tf.ensure_shape(values, [None, k]) for name, values in found.items()}
        return {**lists, RECOMMENDATION_ID: recommendation_ids(tf.convert_to_tensor(self.version_id), indices)}
