"""The exported graph of a retrieval model: query vectors against item vectors."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from tfrec_dl.data.vocabulary import FIRST_ITEM, PADDING
from tfrec_dl.retrieval.serving.network import Network, ServableModel, network_of
from tfrec_dl.retrieval.tables import Tables
from tfrec_dl.serving.index import ItemIndex
from tfrec_dl.serving.module import ServingModule
from tfrec_dl.serving.names import EMBED_ITEM_FEATURES, EMBED_ITEMS, RECOMMEND_FOR_USERS, RECOMMEND_FROM_VECTORS
from tfrec_dl.serving.ragged_rows import compact
from tfrec_dl.serving.signature import Signature, TensorInfo, ids, raw_features
from tfrec_dl.serving.weights import require_finite


class RetrievalModule(ServingModule):
    """A retrieval model made ready to serve.

    Args:
        ids: as for `ServingModule`.
        counts: as for `ServingModule`.
        tables: what the encoder reads of each item, and the item vectors.
        network: the trained part.
        max_length: items of a history that are read.
        k_max: as for `ServingModule`.

    Raises:
        InputError: as `ServingModule`, or if an item vector is not finite.
    """

    network: Network
    similarity = "The scores are cosines of the items' vectors, the bias apart."

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
        self._index = ItemIndex(vectors)
        history = np.asarray(tables.history, np.float32)
        # What the encoder reads of an item is mostly its vector, the bias apart, and then stored once.
        is_tied = np.array_equal(history, vectors[:, :-1])
        self._history_table = None if is_tied else tf.Variable(history, trainable=False, name="history_table")
        if self.item_features:
            # What `add_items` takes over into the next version.
            self.contents = tf.function(self._contents, input_signature=[])

    def scores(self, seen: tf.Tensor) -> tf.Tensor:
        """Scores of all items after histories: indices [B, L] int32, 0 anywhere -> [B, size] float32."""
        return self._index.scores(self._query(seen))

    def item_vectors(self, indices: tf.Tensor) -> tf.Tensor:
        """Vectors whose cosines say how alike items are: [B, N] int32 -> [B, N, D - 1], the bias apart."""
        return self._index.vectors(indices)[..., :-1]

    def scores_of(self, history: tf.Tensor, items: tf.Tensor) -> tf.Tensor:
        """Scores of items [B, N] after histories [B, L]: [B, N] float32, as `ServingModule.scores_of`."""
        return tf.linalg.matvec(self._index.vectors(items), self._query(history))

    def similarities(self, items: tf.Tensor) -> tf.Tensor:
        """Cosines of the vectors of items [B] with every item's: [B, size] float32."""
        return self._index.cosines(items)

    def facts(self) -> dict[str, object]:
        """Facts about the export for the model card."""
        return {**super().facts(), "width of the vectors": self.dimension}

    def signatures(self) -> list[Signature]:
        """Signatures of the export."""
        history = ids("B", "L", sample=self.examples)
        found = [
            *super().signatures(),
            Signature(
                "embed_history",
                "Gives the vectors whose products with the items' are the scores.",
                {"history": history},
                {"vector": self._vectors("B")},
                lambda history: {"vector": self._query(self.lookup(history))},
            ),
            Signature(
                EMBED_ITEMS,
                "Gives the items' vectors, the bias last; zeros for unknown ids.",
                {"item_ids": ids("N", sample=self.examples)},
                {"vectors": self._vectors("N")},
                lambda item_ids: {"vectors": self._index.vectors(self.lookup(item_ids))},
            ),
        ]
        if self.item_features:
            found += self._signatures_of_item_features()
        if self.user_features:
            found.append(
                Signature(
                    RECOMMEND_FOR_USERS,
                    "Recommends as `serving_default`, by the users' features too.",
                    {"history": history, **raw_features(self.user_features, "B")},
                    self.recommendations,
                    self._recommend_for_users,
                )
            )
        return found

    def _signatures_of_item_features(self) -> list[Signature]:
        vectors = self._vectors("B", "L")
        return [
            Signature(
                EMBED_ITEM_FEATURES,
                "Gives the vectors of items by their features, known or not.",
                raw_features(self.item_features, "N"),
                {"vectors": self._vectors("N")},
                lambda **features: {"vectors": self.network.embed_item(features)},
            ),
            Signature(
                RECOMMEND_FROM_VECTORS,
                "Recommends after histories of item vectors, zeros being padding as is what is not finite, without the "
                "items of `exclude`.",
                {"history_vectors": vectors, "exclude": ids("B", "E", sample=self.examples)},
                self.recommendations,
                self._recommend_from_vectors,
            ),
        ]

    def _vectors(self, *axes: str) -> TensorInfo:
        return TensorInfo(tf.float32, dict.fromkeys(axes) | {"D": self.dimension}, 0.1)

    def _recommend_from_vectors(self, history_vectors: tf.Tensor, exclude: tf.Tensor) -> dict[str, tf.Tensor]:
        finite = tf.reduce_all(tf.math.is_finite(history_vectors), axis=2)
        known = tf.reduce_any(history_vectors != 0, axis=2) & finite
        # The encoder reads item vectors, the bias apart, and of `history` only where it ends.
        embedded = compact(history_vectors, known, self.max_length)[..., :-1]
        history = compact(tf.cast(known, tf.int32), known, self.max_length)
        scores = self._index.scores(self.network.queries(history, embedded))
        # Of numbers that are finite but too large the scores are not.
        usable = tf.reduce_any(known, axis=1) & tf.reduce_all(tf.math.is_finite(scores), axis=1)
        return self.best(scores, usable, self.lookup(exclude))

    def _recommend_for_users(self, history: tf.Tensor, **features: tf.Tensor) -> dict[str, tf.Tensor]:
        seen = self.lookup(history)
        scores = self._index.scores(self._query(seen, self.network.embed_user(features)))
        usable = tf.reduce_any(seen != PADDING, axis=1) & tf.reduce_all(tf.math.is_finite(scores), axis=1)
        return self.best(scores, usable, self.masked(seen))

    def _query(self, seen: tf.Tensor, user: tf.Tensor | None = None) -> tf.Tensor:
        """Query vectors of histories: indices [B, L] int32, 0 anywhere, and users [B, D - 1] -> [B, D]."""
        history = compact(seen, seen != PADDING, self.max_length)
        return self.network.queries(history, self._read(history), user)

    def _read(self, indices: tf.Tensor) -> tf.Tensor:
        """What the encoder reads of items: [...] -> [..., E] float32."""
        if self._history_table is None:
            return self._index.rows(indices)[..., :-1]
        return tf.gather(self._history_table, indices)

    def _contents(self) -> dict[str, tf.Tensor]:
        return {
            "ids": self._ids,
            "counts": self._popularity,
            "history": self._index.all_rows()[:, :-1] if self._history_table is None else self._history_table,
            "items": self._index.all_rows(),
            "max_length": tf.constant(self.max_length),
            "k_max": tf.constant(self.k_max),
        }


def retrieval_module(model: ServableModel, k_max: int = 100, keep_seen: bool = False) -> RetrievalModule:
    """Makes a trained model ready to serve, as `RetrievalModel.serving_module`.

    Raises:
        InputError: as `RetrievalModule`, or if a weight is not finite.
    """
    tables = model.tables()
    network = network_of(model, int(tables.history.shape[1]), keep_seen)
    ids = [str(item) for item in model.vocabulary.ids]
    return RetrievalModule(ids, model.vocabulary.item_counts, tables, network, int(model.max_length), k_max)
