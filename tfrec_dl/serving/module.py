"""The graph that is exported: raw ids in, recommendations in raw ids out.

It holds the string lookup, the encoder's variables, the item vectors, the popularity counts and the ids, and nothing of
Keras, the optimiser or tfrec_dl, so that plain `tf.saved_model.load` and TF Serving run it.
"""

import numpy as np
import tensorflow as tf

from tfrec_dl.data.vocabulary import FIRST_ITEM, PADDING
from tfrec_dl.errors import InputError
from tfrec_dl.serving.index import ItemIndex, top_k
from tfrec_dl.tasks.retrieval import RetrievalModel


class ServingModule(tf.Module):
    """A retrieval model made ready to serve.

    Args:
        model: trained model. Its weights are read now and shared, not copied.
        k_max: length of the recommendation lists; cut to the number of items.

    Raises:
        InputError: if `k_max` is below 1, or the vocabulary is empty or holds the empty string (which means padding in
            a request), or a weight is not finite.
    """

    def __init__(self, model: RetrievalModel, k_max: int = 100) -> None:
        super().__init__(name="recommender")
        ids = [str(item) for item in model.vocabulary.ids]
        if k_max < 1:
            raise InputError(f"k_max is {k_max}, but must be at least 1.")
        if not ids:
            raise InputError("the vocabulary has 0 items: nothing can be recommended; train on a table with items.")
        if "" in ids:
            raise InputError('an item has the id "" (the empty string), which means padding in requests: rename it.')
        tables = model.tables()
        vectors = np.asarray(tables.items, np.float32)
        _require_finite(vectors[FIRST_ITEM:], "the item vectors")

        self.k_max = min(int(k_max), len(ids))
        self.max_length = int(model.max_length)
        self.dimension = vectors.shape[1]
        # One tensor for both directions, so that the SavedModel stores the ids once.
        self._ids = tf.constant(ids, tf.string)
        indices = tf.range(FIRST_ITEM, FIRST_ITEM + len(ids), dtype=tf.int32)
        self._table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(self._ids, indices), PADDING)

        # What the encoder reads of each item: read here once, whatever tower made it.
        self._history_table = tf.Variable(tables.history, trainable=False, name="history_table")

        def query(history: tf.Tensor) -> tf.Tensor:
            return model.encode(history, tf.gather(self._history_table, history))

        query(tf.zeros([1, 1], tf.int32))  # creates variables that a subclass creates late, outside the trace
        self._query = tf.function(query).get_concrete_function(tf.TensorSpec([None, None], tf.int32, "history"))
        # The variables that a query reads, and no others: no optimiser slots, metrics or dropout generators.
        self._encoder_variables = sorted(self._query.graph.variables, key=lambda variable: variable.name)
        for variable in self._encoder_variables:
            if variable.dtype.is_floating:
                _require_finite(variable.numpy(), f"the weights {variable.name}")
        self._index = ItemIndex(vectors, self._encoder_variables)
        counts = np.asarray(model.vocabulary.item_counts, np.float32)
        self._popularity = tf.Variable(counts, trainable=False, name="popularity")

    def signatures(self) -> dict[str, tf.types.experimental.ConcreteFunction]:
        """The signatures of the SavedModel by name; `docs/serving.md` describes them."""

        def string(name: str, rank: int) -> tf.TensorSpec:
            return tf.TensorSpec([None] * rank, tf.string, name)

        def serving_default(history: tf.Tensor) -> dict[str, tf.Tensor]:
            return self._recommend(history, None)

        def recommend_excluding(history: tf.Tensor, exclude: tf.Tensor) -> dict[str, tf.Tensor]:
            return self._recommend(history, exclude)

        def embed_history(history: tf.Tensor) -> dict[str, tf.Tensor]:
            vector = self._query(self._recent(self._lookup(history)))
            return {"vector": tf.ensure_shape(vector, [None, self.dimension])}

        def embed_items(item_ids: tf.Tensor) -> dict[str, tf.Tensor]:
            vectors = self._index.vectors(self._lookup(item_ids))
            return {"vectors": tf.ensure_shape(vectors, [None, self.dimension])}

        history, exclude = string("history", 2), string("exclude", 2)
        return {
            "serving_default": tf.function(serving_default).get_concrete_function(history),
            "recommend_excluding": tf.function(recommend_excluding).get_concrete_function(history, exclude),
            "embed_history": tf.function(embed_history).get_concrete_function(history),
            "embed_items": tf.function(embed_items).get_concrete_function(string("item_ids", 1)),
        }

    def _lookup(self, ids: tf.Tensor) -> tf.Tensor:
        """Ids to indices of the same shape; "" and unknown ids become 0."""
        return self._table.lookup(ids)

    def _recent(self, indices: tf.Tensor) -> tf.Tensor:
        """Indices [B, L] to the last `max_length` known ones in order, right-padded: [B, l], 1 <= l <= max_length."""
        known = tf.ragged.boolean_mask(indices, indices != PADDING)
        recent = known[:, -self.max_length :].to_tensor()
        return tf.pad(recent, [[0, 0], [0, tf.maximum(1 - tf.shape(recent)[1], 0)]])

    def _recommend(self, history: tf.Tensor, exclude: tf.Tensor | None) -> dict[str, tf.Tensor]:
        seen = self._lookup(history)
        scores = self._index.scores(self._query(self._recent(seen)))
        is_newcomer = tf.reduce_all(seen == PADDING, axis=1, keepdims=True)
        scores = tf.where(is_newcomer, self._popularity, scores)
        masked = seen if exclude is None else tf.concat([seen, self._lookup(exclude)], axis=1)
        indices, best = top_k(scores, masked, self.k_max)
        ids = tf.gather(self._ids, tf.maximum(indices - FIRST_ITEM, 0))
        item_ids = tf.where(indices == PADDING, "", ids)
        return {
            "item_ids": tf.ensure_shape(item_ids, [None, self.k_max]),
            "scores": tf.ensure_shape(best, [None, self.k_max]),
        }


def _require_finite(values: np.ndarray, name: str) -> None:
    if not np.isfinite(values).all():
        raise InputError(f"{name} hold NaN or infinity: the training diverged, lower the learning rate.")
