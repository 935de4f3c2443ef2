"""Exported graph of a model that scores the whole catalogue at once, without item vectors."""

from typing import Protocol

import tensorflow as tf

from tfrec_dl.data.vocabulary import FIRST_ITEM, PADDING, Vocabulary
from tfrec_dl.serving.module import ServingModule
from tfrec_dl.serving.ragged_rows import compact
from tfrec_dl.serving.weights import lookup_tables, traced, variables_read


class CatalogueModel(Protocol):
    """A model whose scores are not dot products, such as a stack."""

    @property
    def vocabulary(self) -> Vocabulary:
        """The items."""

    def catalogue_scores(self, history: tf.Tensor) -> tf.Tensor:
        """Scores whole histories [B, L] int32, right-padded with 0 -> [B, vocabulary.size] float32, in the graph."""


class ScoredModule(ServingModule):
    """A `CatalogueModel` made ready to serve. Its weights are shared with the model, not copied.

    Args:
        model: a trained model, which is a `tf.Module`.
        k_max: length of the recommendation lists; capped at the number of items.
        keep_seen: whether items of the history are recommended again.
        vectors: [size, D] item vectors, with the bias last; None if the model has none.

    Raises:
        InputError: as in `ServingModule`, or if a weight is not finite.
    """

    def __init__(
        self,
        model: CatalogueModel,
        k_max: int = 100,
        keep_seen: bool = False,
        vectors: tf.Variable | None = None,
    ) -> None:
        super().__init__([str(item) for item in model.vocabulary.ids], model.vocabulary.item_counts, k_max, keep_seen)
        history = tf.TensorSpec([None, None], tf.int32, "history")
        self._scores = traced(lambda history: model.catalogue_scores(history), [history])
        self._vectors = vectors
        self.owned = [*variables_read(self._scores), *lookup_tables(model)]

    def scores(self, seen: tf.Tensor) -> tf.Tensor:
        """Returns the scores of all items after histories: indices [B, L] int32, 0 anywhere -> [B, size] float32."""
        return tf.ensure_shape(self._scores(compact(seen, seen != PADDING, None)), [None, self.size])

    def item_vectors(self, indices: tf.Tensor) -> tf.Tensor | None:
        """Returns vectors whose cosines measure item similarity: [B, N] int32 -> [B, N, D - 1], without the bias."""
        if self._vectors is None:
            return None
        return tf.where(indices[..., None] >= FIRST_ITEM, tf.gather(self._vectors, indices)[..., :-1], 0.0)
