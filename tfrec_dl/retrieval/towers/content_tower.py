"""Item tower over the features of an item, alone or together with its id."""

from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.vocabulary import FIRST_ITEM, UNKNOWN, Vocabulary
from tfrec_dl.features.content import Content, content_vector
from tfrec_dl.features.fitted import FittedFeatures
from tfrec_dl.features.prepared import Features
from tfrec_dl.layers.dropout import ResumableDropout
from tfrec_dl.layers.plain import Zeros
from tfrec_dl.retrieval.towers.feature_tower import FeatureTower


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class ContentTower(FeatureTower):
    """Turns vocabulary indices into item vectors, through the items' features.

    Each item in a call is read once, even if it occurs repeatedly.

    Args:
        network: functional model, [ids [N] int32, prepared features {name: [N, ...]}] -> [N, D], the bias last; ids of
            items without training interactions are 1 (unknown).
        content: functional model, prepared features -> [N, D - 1], the part of `network` that depends only on features.
        features: features of every vocabulary row.
        trained_size: number of vocabulary rows up to the last with training interactions, padding and unknown included;
            later rows are represented by their features alone.
    """

    def __init__(self, network: tf.keras.Model, content: tf.keras.Model, features: Features, trained_size: int) -> None:
        super().__init__(features, "content_tower")
        self.network = network
        self.content = content
        self.trained_size = trained_size

    def call(self, indices: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Indices [N] int32 -> item vectors [N, D]."""
        distinct, position = tf.unique(indices)
        ids = tf.where(distinct < self.trained_size, distinct, UNKNOWN)
        return tf.gather(self.network([ids, self._features.rows(distinct)], training=training), position)

    def _vectors_of(self, raw: Mapping[str, tf.Tensor]) -> tf.Tensor:
        """Raw features {name: [N, ...]} of items without an id -> item vectors [N, D], in the graph."""
        # Not the whole network: a graph without ids needs no table of ids.
        content = self.content(self.preparation(dict(raw), training=False), training=False)
        return tf.concat([content, tf.zeros_like(content[:, :1])], axis=1)

    def extended(self, catalogue: Catalogue) -> "ContentTower":
        """Returns the same tower, with shared weights, over further rows: those of the catalogue, in its order.

        Raises:
            InputError: if the catalogue has other features.
        """
        return ContentTower(self.network, self.content, self._features.extended(catalogue), self.trained_size)


def content_tower(
    config: Content,
    catalogue: Catalogue,
    vocabulary: Vocabulary,
    dimension: int,
    fitted: FittedFeatures | None = None,
) -> ContentTower:
    """Builds the tower of a content model, which represents an item by its features.

    Its bias component is 0, because the query has a bias of its own for every component of the vector.

    Args:
        config: how each kind of feature is read.
        catalogue: features of the items, one row each, in any order; items without a row have no features.
        vocabulary: the items; tokens, categories and means are learned from those with training interactions.
        dimension: width of the item vectors, without the bias.
        fitted: what a run has learned of the catalogue; None learns it here.
    """
    inputs, content, features = _content_parts(config, catalogue, vocabulary, dimension, fitted)
    bias = Zeros(1)(content)
    ids = tf.keras.Input([], dtype=tf.int32)
    vectors = tf.keras.layers.Concatenate(name="item_vector")([content, bias])
    return ContentTower(
        tf.keras.Model([ids, inputs], vectors, name="content_network"),
        tf.keras.Model(inputs, content, name="content"),
        features,
        vocabulary.trained_size,
    )


def hybrid_tower(
    config: Content,
    catalogue: Catalogue,
    vocabulary: Vocabulary,
    embedding: tf.keras.layers.Layer,
    id_dropout: float,
    fitted: FittedFeatures | None = None,
) -> ContentTower:
    """Builds the tower of a hybrid model, which represents an item by its features and its id.

    In training, a share of the ids is hidden, so that the features learn to work alone (Volkovs et al., DropoutNet:
    Addressing Cold Start in Recommender Systems, NeurIPS 2017). An item without training interactions has no id part.

    Args:
        config: how each kind of feature is read.
        catalogue: as for `content_tower`.
        vocabulary: the items, with their training counts.
        embedding: table of ids, indices of trained items -> [..., D - 1].
        id_dropout: share of the ids hidden in a training step.
        fitted: as for `content_tower`.
    """
    inputs, content, features = _content_parts(config, catalogue, vocabulary, embedding.output_dim, fitted)
    ids = tf.keras.Input([], dtype=tf.int32)
    known = KnownIds(id_dropout)(ids)
    id_part = tf.keras.layers.Multiply(name="id_part")([embedding(ids), known])
    # Centered, so that an item without its id competes like one of average popularity.
    counts = vocabulary.item_counts[: vocabulary.trained_size]
    log_count = np.log(np.maximum(counts, 1)).astype(np.float32)
    log_count -= log_count[FIRST_ITEM:].mean()
    table = tf.keras.layers.Embedding(
        len(counts), 1, embeddings_initializer=tf.constant_initializer(log_count[:, None]), name="item_bias"
    )
    bias = tf.keras.layers.Multiply()([table(ids), known])
    vectors = tf.keras.layers.Concatenate(name="item_vector")(
        [tf.keras.layers.Add(name="hybrid")([content, id_part]), bias]
    )
    return ContentTower(
        tf.keras.Model([ids, inputs], vectors, name="hybrid_network"),
        tf.keras.Model(inputs, content, name="content"),
        features,
        vocabulary.trained_size,
    )


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class KnownIds(ResumableDropout):
    """Returns whether an id is known and, in training, not hidden.

    Args:
        rate: share of the ids that are hidden.
    """

    def call(self, inputs: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        """Ids [N] int32 -> [N, 1] float32, 1 or 0."""
        known = inputs > UNKNOWN
        if training and self.rate:
            known &= self._uniform(tf.shape(inputs), tf.float32) >= self.rate
        return tf.cast(known, tf.float32)[:, None]


def _content_parts(
    config: Content, catalogue: Catalogue, vocabulary: Vocabulary, dimension: int, fitted: FittedFeatures | None
) -> tuple[dict[str, tf.Tensor], tf.Tensor, Features]:
    """Returns Keras inputs, the content vector, and the prepared features of every vocabulary row."""
    items = catalogue.take(vocabulary.ids)
    if fitted is None:
        fitted = FittedFeatures.fit(config, items.take(vocabulary.ids[: vocabulary.trained_size - FIRST_ITEM]))
    features = Features.of(fitted, config, items, FIRST_ITEM)
    inputs, content = content_vector(config, catalogue, features.preparation, dimension)
    return inputs, content, features
