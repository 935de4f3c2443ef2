"""User tower: features of a user beside the history, on the query's side."""

from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.features.content import Content, content_vector
from tfrec_dl.features.fitted import FittedFeatures
from tfrec_dl.features.prepared import Features
from tfrec_dl.layers.dropout import ResumableDropout
from tfrec_dl.retrieval.towers.feature_tower import FeatureTower


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class UserTower(FeatureTower):
    """User ids -> vectors that are added to the states of their histories.

    In training a share of the users is hidden, so that a query without features works too.

    Args:
        network: functional model, prepared features {name: [N, ...]} -> [N, D].
        features: of a row for users without any, then of each of the ids.
        ids: [U] object (str), the users.
        hidden: share of the users whose features are not read in training.
    """

    def __init__(self, network: tf.keras.Model, features: Features, ids: np.ndarray, hidden: float) -> None:
        super().__init__(features, "user_tower")
        self.network = network
        self.hiding = HiddenRows(hidden)
        # Apart from the table of all users, so that a graph with no user in it does not hold them.
        self._without = {name: values[:1].numpy() for name, values in features.prepared.items()}
        keys = tf.constant([str(user) for user in ids], tf.string)
        rows = tf.range(1, len(ids) + 1, dtype=tf.int32)
        self._table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(keys, rows), 0)

    def call(self, user_ids: tf.Tensor, training: bool = False) -> tf.Tensor:
        """User ids [B] string -> [B, D]; those not in the table are users without features."""
        rows = self.hiding(self._table.lookup(user_ids), training=training)
        return self.network(self._features.rows(rows), training=training)

    def _vectors_of(self, raw: Mapping[str, tf.Tensor]) -> tf.Tensor:
        """Raw features {name: [B, ...]} -> [B, D], in the graph."""
        return self.network(self.preparation(dict(raw), training=False), training=False)

    def missing(self) -> tf.Tensor:
        """The vector of a user without features [1, D]."""
        return self.network(self._without, training=False)


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class HiddenRows(ResumableDropout):
    """Replaces a share of the rows by row 0 in training.

    Args:
        rate: that share.
    """

    def call(self, inputs: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        """[B] int32 -> [B] int32."""
        if not training or not self.rate:
            return tf.identity(inputs)
        return tf.where(self._uniform(tf.shape(inputs), tf.float32) >= self.rate, inputs, 0)


def user_tower(
    config: Content, users: Catalogue, dimension: int, hidden: float, fitted: FittedFeatures | None = None
) -> UserTower:
    """Builds the tower.

    Args:
        config: what reads each kind of feature.
        users: the features.
        dimension: width of the states.
        hidden: share of the users whose features are not read in training.
        fitted: what a run has learnt of the users; None learns it.
    """
    features = Features.of(FittedFeatures.fit(config, users) if fitted is None else fitted, config, users, 1)
    inputs, vector = content_vector(config, users, features.preparation, dimension)
    return UserTower(tf.keras.Model(inputs, vector, name="user_network"), features, users.ids, hidden)
