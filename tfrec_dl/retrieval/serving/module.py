"""The exported graph of a retrieval model: query vectors times item vectors."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from tfrec_dl.data.vocabulary import FIRST_ITEM, PADDING
from tfrec_dl.retrieval.serving.by_features import item_feature_signatures, user_feature_signature
from tfrec_dl.retrieval.serving.network import Network, ServableModel, network_of
from tfrec_dl.retrieval.tables import Tables
from tfrec_dl.serving.index import ItemIndex, top_k
from tfrec_dl.serving.ivf.asked import Asked
from tfrec_dl.serving.ivf.extend import extended
from tfrec_dl.serving.ivf.search_lists import Found
from tfrec_dl.serving.module import ServingModule
from tfrec_dl.serving.names import EMBED_ITEMS
from tfrec_dl.serving.ragged_rows import compact
from tfrec_dl.serving.signature import Signature, TensorInfo, ids
from tfrec_dl.serving.weights import require_finite


class RetrievalModule(ServingModule):
    """A retrieval model prepared for serving.

    Args:
        ids: as for `ServingModule`.
        counts: as for `ServingModule`.
        tables: what the encoder reads of each item, and the item vectors.
        network: the trained part of the model.
        max_length: number of items of a history that are read.
        k_max: as for `ServingModule`.

    Raises:
        InputError: as `ServingModule`, or if an item vector is not finite.
    """

    network: Network
    similarity = "The scores are cosines of the items' vectors, without the bias."

    def __init__(
        self,
        ids: Sequence[str],
        counts: np.ndarray,
        tables: Tables,
        network: Network,
        max_length: int,
        k_max: int = 100,
    ) -> None:
        super().__init__(ids, counts, k_max, network.keep_seen)
        vectors = np.asarray(tables.items, np.float32)
        require_finite(vectors[FIRST_ITEM:], "the item vectors")
        require_finite(np.asarray(tables.history)[FIRST_ITEM:], "the vectors of the history")
        self.max_length = max_length
        self.dimension = vectors.shape[1]
        self.network = network
        self.item_features = network.item_features
        self.user_features = network.user_features
        self.index = ItemIndex(vectors)
        history = np.asarray(tables.history, np.float32)
        # What the encoder reads of an item is usually its vector without the bias; then it is stored once.
        is_tied = np.array_equal(history, vectors[:, :-1])
        self._history_table = None if is_tied else tf.Variable(history, trainable=False, name="history_table")
        if self.item_features:
            # What `add_items` copies into the next version.
            self.contents = tf.function(self._contents, input_signature=[])

    def scores(self, seen: tf.Tensor) -> tf.Tensor:
        """Scores of all items after histories: indices [B, L] int32, 0 anywhere -> [B, size] float32."""
        return self.index.scores(self.query(seen))

    def searched_vectors(self) -> np.ndarray:
        """Returns the item vectors."""
        found: np.ndarray = self.index.all_rows().numpy()
        return found

    def asked(self, seen: tf.Tensor) -> Asked:
        """Returns the query vectors."""
        return Asked(self.query(seen))

    def take_lists(self, saved: Any, vectors: np.ndarray) -> None:
        """Sets the lists of a loaded export for searching, extended by the last items, which are new.

        Args:
            saved: the export's `item_lists`.
            vectors: [M, D] float32 vectors of the new items.
        """
        self.item_lists = extended(saved, vectors, self._popularity)

    def item_vectors(self, indices: tf.Tensor) -> tf.Tensor:
        """Vectors whose cosines measure item similarity: [B, N] int32 -> [B, N, D - 1], without the bias."""
        return self.index.vectors(indices)[..., :-1]

    def scores_of(self, history: tf.Tensor, items: tf.Tensor) -> tf.Tensor:
        """Scores of items [B, N] after histories [B, L]: [B, N] float32, as `ServingModule.scores_of`."""
        return tf.linalg.matvec(self.index.vectors(items), self.query(history))

    def similarities(self, items: tf.Tensor) -> tf.Tensor:
        """Cosines of the vectors of items [B] with those of every item: [B, size] float32."""
        return self.index.cosines(items)

    def facts(self) -> dict[str, object]:
        """Returns facts about the export for the model card."""
        return {**super().facts(), "width of the vectors": self.dimension}

    def signatures(self) -> list[Signature]:
        """Returns the signatures of the export."""
        history = ids("B", "L", sample=self.examples)
        found = [
            *super().signatures(),
            Signature(
                "embed_history",
                "Gives the vectors whose dot products with the items' vectors are the scores.",
                {"history": history},
                {"vector": self.vectors("B")},
                lambda history: {"vector": self.query(self.lookup(history))},
            ),
            Signature(
                EMBED_ITEMS,
                "Gives the items' vectors, the bias last; zeros for unknown ids.",
                {"item_ids": ids("N", sample=self.examples)},
                {"vectors": self.vectors("N")},
                lambda item_ids: {"vectors": self.index.vectors(self.lookup(item_ids))},
            ),
        ]
        if self.item_features:
            found += item_feature_signatures(self)
        return [*found, user_feature_signature(self)] if self.user_features else found

    def vectors(self, *axes: str) -> TensorInfo:
        """Describes vectors of items or histories, an input or output with these axes and D."""
        return TensorInfo(tf.float32, dict.fromkeys(axes) | {"D": self.dimension}, 0.1)

    def nearest(
        self,
        queries: tf.Tensor,
        has_history: tf.Tensor,
        masked: tf.Tensor,
        usable: Callable[[tf.Tensor], tf.Tensor],
        k: int | None = None,
    ) -> dict[str, tf.Tensor]:
        """Returns the items with the largest products with queries [B, D], as a signature's output.

        Args:
            queries: [B, D].
            has_history: [B] bool; where False, the popular items are the best.
            masked: as for `best`.
            usable: receives the scores of all items [B, size], if these are computed, and returns the rows in which
                they are valid: [B] bool; other rows are handled as without history.
            k: as for `best`.
        """
        k = self.k_max if k is None else k

        def exactly() -> Found:
            scores = self.index.scores(queries)
            found: Found = top_k(self.or_popularity(scores, usable(scores)), masked, k)
            return found

        lists = self.item_lists
        indices, scores = (
            exactly() if lists is None else lists.best(lambda: Asked(queries), has_history, masked, k, exactly)
        )
        return self.answer(indices, scores, k)

    def query(self, seen: tf.Tensor, user: tf.Tensor | None = None) -> tf.Tensor:
        """Query vectors of histories: indices [B, L] int32, 0 anywhere, and users [B, D - 1] -> [B, D]."""
        history = compact(seen, seen != PADDING, self.max_length)
        return self.network.queries(history, self._read(history), user)

    def _read(self, indices: tf.Tensor) -> tf.Tensor:
        """Computes what the encoder reads of items: [...] -> [..., E] float32."""
        if self._history_table is None:
            return self.index.rows(indices)[..., :-1]
        return tf.gather(self._history_table, indices)

    def _contents(self) -> dict[str, tf.Tensor]:
        return {
            "ids": self._ids,
            "counts": self._popularity,
            "history": self.index.all_rows()[:, :-1] if self._history_table is None else self._history_table,
            "items": self.index.all_rows(),
            "max_length": tf.constant(self.max_length),
            "k_max": tf.constant(self.k_max),
        }


def retrieval_module(model: ServableModel, k_max: int = 100, keep_seen: bool = False) -> RetrievalModule:
    """Prepares a trained model for serving, as `RetrievalModel.serving_module`.

    Raises:
        InputError: as `RetrievalModule`, or if a weight is not finite.
    """
    tables = model.tables()
    network = network_of(model, int(tables.history.shape[1]), keep_seen)
    ids = [str(item) for item in model.vocabulary.ids]
    return RetrievalModule(ids, model.vocabulary.item_counts, tables, network, int(model.max_length), k_max)
