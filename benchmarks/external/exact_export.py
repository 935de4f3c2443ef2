"""Writes the `serving_default` of a large untrained model with the tfrec_dl on the path: any commit since 332378e.

python benchmarks/external/exact_export.py ITEMS WIDTH DEST

The vector of a history is the mean of its items' vectors, so that the search for the best items is what is timed. The
vectors are the same at every commit. Their norms fall from popular items to rare ones.
"""

import sys

import numpy as np

from tfrec_dl.data.vocabulary import Vocabulary

# After tfrec_dl, which selects Keras 2.
import tensorflow as tf  # isort: skip

try:
    from tfrec_dl.retrieval.serving.module import retrieval_module
    from tfrec_dl.retrieval.tables import Tables
except ImportError:  # where they were at 332378e
    from tfrec_dl.serving.retrieval_module import retrieval_module
    from tfrec_dl.tasks.retrieval import Tables


class Mean(tf.Module):
    """What is served of a retrieval model."""

    max_length = 50
    item_tower = user_tower = None

    def __init__(self, items: int, width: int) -> None:
        super().__init__()
        generator = np.random.default_rng(0)
        vectors = generator.standard_normal((items + 2, width + 1), dtype=np.float32)
        vectors *= 0.5 + 0.5 / np.sqrt(np.arange(1, items + 3, dtype=np.float32))[:, None]
        self.items = tf.Variable(vectors)
        counts = np.arange(items, 0, -1, dtype=np.int64)
        self.vocabulary = Vocabulary(np.array([f"item-{item}" for item in range(items)], dtype=object), counts)

    def encode(self, history: tf.Tensor, embedded: tf.Tensor) -> tf.Tensor:
        """Queries [B, D], the last component 1."""
        is_item = tf.cast(history > 0, tf.float32)[:, :, None]
        mean = tf.reduce_sum(embedded * is_item, axis=1) / tf.maximum(tf.reduce_sum(is_item, axis=1), 1.0)
        return tf.concat([mean, tf.ones_like(mean[:, :1])], axis=1)

    def tables(self) -> Tables:
        """The encoder reads the item vectors, the bias apart."""
        return Tables(self.items[:, :-1], self.items.value())


if __name__ == "__main__":
    module = retrieval_module(Mean(int(sys.argv[1]), int(sys.argv[2])), 100)
    history = tf.TensorSpec([None, None], tf.string, "history")
    recommend = tf.function(lambda history: module.recommend(history, None)).get_concrete_function(history)
    tf.saved_model.save(module, sys.argv[3], signatures={"serving_default": recommend})
