"""The prepared features of the rows of a table, stored with a tower."""

from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.catalogue.feature_kinds import Kind
from tfrec_dl.errors import InputError
from tfrec_dl.features.content import Content, prepare
from tfrec_dl.features.fitted import FittedFeatures


class Features:
    """Prepared features, which training does not change; a plain object, so that Keras leaves it out of checkpoints.

    Args:
        fitted: state that the preparation was built from.
        preparation: functional model, raw features {name: [N, ...]} -> prepared features {name: [N, ...]}.
        prepared: {name: [R, ...]}, the prepared features of R rows.
    """

    def __init__(self, fitted: FittedFeatures, preparation: tf.keras.Model, prepared: Mapping[str, np.ndarray]) -> None:
        self.fitted = fitted
        self.preparation = preparation
        self.prepared = {name: tf.constant(values) for name, values in prepared.items()}

    @classmethod
    def of(cls, fitted: FittedFeatures, config: Content, catalogue: Catalogue, empty_rows: int) -> "Features":
        """Prepares a catalogue's rows, placed after some rows without any feature."""
        preparation = fitted.preparation(config)
        rows = prepare(preparation, catalogue.columns)
        prepared = {
            name: np.concatenate([np.zeros((empty_rows, *values.shape[1:]), values.dtype), values])
            for name, values in rows.items()
        }
        return cls(fitted, preparation, prepared)

    @property
    def kinds(self) -> dict[str, Kind]:
        """Feature -> kind, as in `Catalogue.kinds`."""
        return self.fitted.kinds

    def rows(self, indices: tf.Tensor) -> dict[str, tf.Tensor]:
        """Prepared features {name: [N, ...]} of rows [N] int32."""
        return {name: tf.gather(values, indices) for name, values in self.prepared.items()}

    def first(self, count: int) -> "Features":
        """Returns only the first rows."""
        return Features(self.fitted, self.preparation, {name: rows[:count] for name, rows in self.prepared.items()})

    def extended(self, catalogue: Catalogue) -> "Features":
        """Appends a catalogue's rows to these.

        Raises:
            InputError: if the catalogue has other features.
        """
        for name, kind in self.kinds.items():
            if name not in catalogue.kinds:
                raise InputError(f"the table lacks the feature {name!r}: give {', '.join(self.kinds)} as in training.")
            if catalogue.kinds[name] != kind:
                raise InputError(
                    f"feature {name!r} is of kind {catalogue.kinds[name]}: give it as {kind}, as in training."
                )
        further = prepare(self.preparation, {name: catalogue.columns[name] for name in self.kinds})
        prepared = {name: np.concatenate([values.numpy(), further[name]]) for name, values in self.prepared.items()}
        return Features(self.fitted, self.preparation, prepared)
