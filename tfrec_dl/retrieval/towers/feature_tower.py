"""Base class of towers that read raw features."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import NoReturn

import tensorflow as tf

from tfrec_dl.data.catalogue.feature_kinds import Kind
from tfrec_dl.errors import InputError
from tfrec_dl.features.fitted import FittedFeatures
from tfrec_dl.features.prepared import Features
from tfrec_dl.layers.at_least_one import at_least_one


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class FeatureTower(tf.keras.layers.Layer):
    """A tower that can be served with raw features.

    Args:
        features: features of the rows that it was trained on.
        name: name of the layer.
    """

    def __init__(self, features: Features, name: str) -> None:
        super().__init__(name=name)
        self._features = features

    def get_config(self) -> NoReturn:
        """Raises InputError, because no Keras configuration can hold the features of the rows."""
        raise InputError(
            f"a {type(self).__name__} cannot be saved by Keras, because it holds the features of a table: train into a "
            "run, or export the model."
        )

    @property
    def kinds(self) -> dict[str, Kind]:
        """Feature -> kind."""
        return self._features.kinds

    @property
    def fitted(self) -> FittedFeatures:
        """What the preparation has learned of the training rows."""
        return self._features.fitted

    @property
    def preparation(self) -> tf.keras.Model:
        """Raw features {name: [N, ...]} -> prepared features."""
        return self._features.preparation

    def vectors_of(self, raw: Mapping[str, tf.Tensor]) -> tf.Tensor:
        """Raw features {name: [N, ...]} -> vectors [N, D], in the graph."""
        given = {name: tf.convert_to_tensor(values) for name, values in raw.items()}
        vectors = self._vectors_of({name: at_least_one(values) for name, values in given.items()})
        return vectors[: tf.shape(next(iter(given.values())))[0]]

    @abstractmethod
    def _vectors_of(self, raw: Mapping[str, tf.Tensor]) -> tf.Tensor:
        """Same as `vectors_of`, for at least one row."""
