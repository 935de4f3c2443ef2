"""Base class of towers that read raw features."""

from abc import abstractmethod
from collections.abc import Mapping

import tensorflow as tf

from tfrec_dl.data.catalogue.feature_kinds import Kind
from tfrec_dl.features.fitted import FittedFeatures
from tfrec_dl.features.prepared import Features


class FeatureTower(tf.keras.layers.Layer):
    """A tower that can be served raw features.

    Args:
        features: of the rows it was trained on.
        name: of the layer.
    """

    def __init__(self, features: Features, name: str) -> None:
        super().__init__(name=name)
        self._features = features

    @property
    def kinds(self) -> dict[str, Kind]:
        """Feature -> kind."""
        return self._features.kinds

    @property
    def fitted(self) -> FittedFeatures:
        """What the preparation has learnt of the training rows."""
        return self._features.fitted

    @property
    def preparation(self) -> tf.keras.Model:
        """Raw features {name: [N, ...]} -> prepared features."""
        return self._features.preparation

    @abstractmethod
    def vectors_of(self, raw: Mapping[str, tf.Tensor]) -> tf.Tensor:
        """Raw features {name: [N, ...]} -> vectors [N, D], in the graph."""
