"""The item tower of models that know an item by what it is, alone or together with its id."""

from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from tfrec_dl.data.catalogue import Catalogue
from tfrec_dl.data.vocabulary import FIRST_ITEM, UNKNOWN, Vocabulary
from tfrec_dl.encoders.dropout import ResumableDropout
from tfrec_dl.errors import InputError
from tfrec_dl.towers.content import Content, content_vector, preparation, prepare


class ContentTower(tf.keras.layers.Layer):
    """Vocabulary indices -> item vectors, through the items' features.

    Each item that a call names is read once, however often it is named.

    Args:
        network: functional model, [ids [N] int32, prepared features {name: [N, ...]}] -> [N, D], the bias last; ids of
            items without training interactions are 1 (unknown).
        preparation: functional model, raw features -> prepared features, in the graph.
        features: prepared features of every vocabulary row {name: [V, ...]}.
        trained: rows of the vocabulary that had training interactions, padding and unknown included; rows beyond go
            by their features alone.
    """

    def __init__(
        self,
        network: tf.keras.Model,
        preparation: tf.keras.Model,
        features: Mapping[str, np.ndarray],
        trained: int,
    ) -> None:
        super().__init__(name="content_tower")
        self.network = network
        self.trained = trained
        self._fixed = _Fixed(preparation, features)

    @property
    def preparation(self) -> tf.keras.Model:
        """Raw features {name: [N, ...]} -> prepared features."""
        return self._fixed.preparation

    def call(self, indices: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        """Indices [N] int32 -> item vectors [N, D]."""
        distinct, position = tf.unique(indices)
        rows = {name: tf.gather(values, distinct) for name, values in self._fixed.features.items()}
        ids = tf.where(distinct < self.trained, distinct, UNKNOWN)
        return tf.gather(self.network([ids, rows], training=training), position)

    def vectors_of(self, raw: Mapping[str, tf.Tensor]) -> tf.Tensor:
        """Raw features {name: [N, ...]} of items without an id -> item vectors [N, D], in the graph."""
        prepared = self.preparation(dict(raw), training=False)
        count = tf.shape(next(iter(prepared.values())))[0]
        return self.network([tf.fill([count], UNKNOWN), prepared], training=False)

    def extended(self, catalogue: Catalogue) -> "ContentTower":
        """The same tower, its weights shared, over further rows.

        Args:
            catalogue: the features of the further rows, in their order; the same features as before.

        Raises:
            InputError: if it has other features.
        """
        missing = [name for name in self._fixed.features if name not in catalogue.columns]
        if missing:
            raise InputError(
                f"the new items lack the feature {missing[0]!r}: give {', '.join(self._fixed.features)} as in training."
            )
        columns = {name: catalogue.columns[name] for name in self._fixed.features}
        further = prepare(self.preparation, columns)
        features = {
            name: np.concatenate([values.numpy(), further[name]]) for name, values in self._fixed.features.items()
        }
        return ContentTower(self.network, self.preparation, features, self.trained)


class _Fixed:
    """What no training changes: kept in a plain object, so that Keras puts none of it into checkpoints."""

    def __init__(self, preparation: tf.keras.Model, features: Mapping[str, np.ndarray]) -> None:
        self.preparation = preparation
        self.features = {name: tf.constant(values) for name, values in features.items()}


def content_tower(config: Content, catalogue: Catalogue, vocabulary: Vocabulary, dimension: int) -> ContentTower:
    """Builds the tower of a content model: an item is its features.

    Its bias component is 0: the query's own bias meets every component of the vector.

    Args:
        config: what reads each kind of feature.
        catalogue: features of the items, one row each, in any order; items without a row have no features.
        vocabulary: the items; tokens, categories and means are learnt from those with training interactions.
        dimension: width of the item vectors, the bias apart.
    """
    prepared, inputs, content, trained, features = _content_parts(config, catalogue, vocabulary, dimension)
    bias = tf.keras.layers.Lambda(lambda vector: tf.zeros_like(vector[:, :1]))(content)
    ids = tf.keras.Input([], dtype=tf.int32)
    vectors = tf.keras.layers.Concatenate(name="item_vector")([content, bias])
    return ContentTower(tf.keras.Model([ids, inputs], vectors, name="content_network"), prepared, features, trained)


def hybrid_tower(
    config: Content,
    catalogue: Catalogue,
    vocabulary: Vocabulary,
    embedding: tf.keras.layers.Embedding,
    id_dropout: float,
) -> ContentTower:
    """Builds the tower of a hybrid model: an item is its features, and what its id adds to them.

    In training a share of the ids is hidden, so that the features learn to do without (Volkovs et al., DropoutNet:
    Addressing Cold Start in Recommender Systems, NeurIPS 2017). An item without training interactions has no id part.

    Args:
        config: what reads each kind of feature.
        catalogue: as for `content_tower`.
        vocabulary: the items, with their training counts.
        embedding: table of ids [rows of trained items, D - 1].
        id_dropout: share of the ids hidden at a training step.
    """
    dimension = embedding.output_dim
    prepared, inputs, content, trained, features = _content_parts(config, catalogue, vocabulary, dimension)
    ids = tf.keras.Input([], dtype=tf.int32)
    known = KnownIds(id_dropout)(ids)
    id_part = tf.keras.layers.Multiply(name="id_part")([embedding(ids), known])
    # Centred, so that an item without its id competes as one of average popularity.
    counts = vocabulary.item_counts[:trained]
    log_count = np.log(np.maximum(counts, 1)).astype(np.float32)
    log_count -= log_count[FIRST_ITEM:].mean()
    table = tf.keras.layers.Embedding(
        trained, 1, embeddings_initializer=tf.constant_initializer(log_count[:, None]), name="item_bias"
    )
    bias = tf.keras.layers.Multiply()([table(ids), known])
    vectors = tf.keras.layers.Concatenate(name="item_vector")(
        [tf.keras.layers.Add(name="hybrid")([content, id_part]), bias]
    )
    return ContentTower(tf.keras.Model([ids, inputs], vectors, name="hybrid_network"), prepared, features, trained)


class KnownIds(ResumableDropout):
    """Whether an id is known, and in training not hidden.

    Args:
        rate: share of the ids hidden.
    """

    def call(self, inputs: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        """Ids [N] int32 -> [N, 1] float32, 1 or 0."""
        known = inputs > UNKNOWN
        if training and self.rate:
            known &= self._uniform(tf.shape(inputs), tf.float32) >= self.rate
        return tf.cast(known, tf.float32)[:, None]


def _content_parts(
    config: Content, catalogue: Catalogue, vocabulary: Vocabulary, dimension: int
) -> tuple[tf.keras.Model, dict[str, tf.Tensor], tf.Tensor, int, dict[str, np.ndarray]]:
    """Preparation, Keras inputs, content vector, rows of trained items, and the prepared features of every row."""
    trained = vocabulary.trained_size
    known = np.isin(vocabulary.ids[: trained - FIRST_ITEM], catalogue.ids)
    prepared = preparation(config, catalogue.take(vocabulary.ids[: trained - FIRST_ITEM][known]))
    inputs, content = content_vector(config, catalogue, prepared, dimension)
    items = prepare(prepared, catalogue.take(vocabulary.ids).columns)
    # Padding and unknown have no features.
    features = {name: np.concatenate([np.zeros_like(values[:FIRST_ITEM]), values]) for name, values in items.items()}
    return prepared, inputs, content, trained, features
