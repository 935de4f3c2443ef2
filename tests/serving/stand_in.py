"""A retrieval model whose recommendations can be worked out by hand."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from tfrec_dl.data.vocabulary import FIRST_ITEM, Vocabulary
from tfrec_dl.retrieval.scorer import ModelScorer
from tfrec_dl.retrieval.serving.module import RetrievalModule, retrieval_module
from tfrec_dl.retrieval.tables import Tables

ITEMS = ("a", "b", "c", "d", "e", 'π,"\n🎬')


def vocabulary_of(ids: Sequence[str]) -> Vocabulary:
    """Items with the counts n, n - 1, ..., 1."""
    return Vocabulary(ids=np.array(ids, dtype=object), counts=np.arange(len(ids), 0, -1, dtype=np.int64))


class StandInModel(tf.Module):
    """The contract of `RetrievalModel`: state = row of the last item + half the row of the item before it, then a 1."""

    def __init__(self, vocabulary: Vocabulary, follows: np.ndarray, items: np.ndarray, max_length: int = 3) -> None:
        super().__init__()
        self.vocabulary = vocabulary
        self.max_length = max_length
        self.follows = tf.Variable(follows, dtype=tf.float32)
        self.items = tf.Variable(items, dtype=tf.float32)
        self.item_tower = self.user_tower = None  # no layers, and no features
        self.slots = [tf.Variable(tf.zeros_like(self.follows), name="momentum")]

    @staticmethod
    def states(rows: tf.Tensor) -> tf.Tensor:
        before = tf.pad(rows, [[0, 0], [1, 0], [0, 0]])[:, :-1]
        states = rows + 0.5 * before
        return tf.concat([states, tf.ones_like(states[..., :1])], axis=-1)

    def encode(self, history: tf.Tensor, embedded: tf.Tensor) -> tf.Tensor:
        last = tf.maximum(tf.math.count_nonzero(history, axis=1, dtype=tf.int32) - 1, 0)
        return tf.gather(self.states(embedded), last, batch_dims=1)

    def query(self, history: tf.Tensor) -> tf.Tensor:
        return self.encode(history, tf.gather(self.follows, history))

    def tables(self) -> Tables:
        return Tables(self.follows.value(), self.items.value())

    def scorer(self) -> ModelScorer:
        return ModelScorer(self)

    def serving_module(self, k_max: int = 100, keep_seen: bool = False) -> RetrievalModule:
        return retrieval_module(self, k_max, keep_seen)


def chain_model(ids: Sequence[str] = ITEMS, max_length: int = 3) -> StandInModel:
    """After each item the next one in `ids` (cyclic) scores 10 and the one after it 5; item i adds (n - i) / 10.

    So after (a, b): c has 10 + 5/2 + 0.4 = 12.9, d has 5 + 0.3 = 5.3, e 0.2 and the last one 0.1.
    """
    n = len(ids)
    follows = np.zeros((n + FIRST_ITEM, n))
    for item in range(n):
        follows[item + FIRST_ITEM, (item + 1) % n] += 10
        follows[item + FIRST_ITEM, (item + 2) % n] += 5
    items = np.zeros((n + FIRST_ITEM, n + 1))
    items[FIRST_ITEM:, :n] = np.eye(n)
    items[FIRST_ITEM:, n] = np.arange(n, 0, -1) / 10
    return StandInModel(vocabulary_of(ids), follows, items, max_length)


def random_model(n: int, width: int, tied: bool, max_length: int = 20, seed: int = 0) -> StandInModel:
    """Random vectors [n + 2, width]; tied: all but the last component are the encoder's own table."""
    generator = np.random.default_rng(seed)
    follows = generator.normal(size=(n + FIRST_ITEM, width - 1))
    first = follows if tied else generator.normal(size=follows.shape)
    items = np.concatenate([first, generator.normal(size=(len(first), 1))], axis=1)
    return StandInModel(vocabulary_of([f"item-{item}" for item in range(n)]), follows, items, max_length)
