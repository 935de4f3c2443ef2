"""User tower: adds features of a user to the history, on the side of the query."""

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
    """Turns user ids into vectors that are added to the states of their histories.

    In training, a share of the users is hidden, so that queries without features work too.

    Args:
        network: functional model, prepared features {name: [N, ...]} -> [N, D].
        features: features of a row for users without any, then of each id.
        ids: [U] object (str), the users.
        hidden: share of users whose features are hidden in training.
    """

    def __init__(self, network: tf.keras.Model, features: Features, ids: np.ndarray, hidden: float) -> None:
        super().__init__(features, "user_tower")
        self.network = network
        self.hiding = HiddenRows(hidden)
        # Separate from the table of all users, so that a graph without users does not contain them.
        self._without = {name: values[:1].numpy() for name, values in features.prepared.items()}
        keys = tf.constant([str(user) for user in ids], tf.string)
        rows = tf.range(1, len(ids) + 1, dtype=tf.int32)
        self._table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(keys, rows), 0)

    def call(self, user_ids: tf.Tensor, training: bool = False) -> tf.Tensor:
        """User ids [B] string -> [B, D]; ids not in the table are users without features."""
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
        rate: share of the rows.
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
        config: how each kind of feature is read.
        users: features of the users.
        dimension: width of the states.
        hidden: share of users whose features are hidden in training.
        fitted: what a run has learned of the users; None learns it here.
    """
    features = Features.of(FittedFeatures.fit(config, users) if fitted is None else fitted, config, users, 1)
    inputs, vector = content_vector(config, users, features.preparation, dimension)
    return UserTower(tf.keras.Model(inputs, vector, name="user_network"), features, users.ids, hidden)
