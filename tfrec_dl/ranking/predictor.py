"""Predictions of a ranking model for the rows of a table."""

import weakref
from collections.abc import Callable, Iterator, Mapping

import numpy as np
import tensorflow as tf

from tfrec_dl.ranking.data.batches import OF_LISTS
from tfrec_dl.ranking.model import RankingModel

Tensors = Mapping[str, tf.Tensor]
UNREAD = ("weight", "position")  # predictions do not use these, nor labels


class Predictor:
    """Predicts the rows of a table, batch by batch.

    Args:
        model: model to predict with. Its graph is traced once and reused. Its weights and calibration are read again
            for each batch.
    """

    def __init__(self, model: RankingModel) -> None:
        self._model = model

    def __call__(self, batches: Iterator[tuple[np.ndarray, Mapping[str, np.ndarray]]]) -> dict[str, np.ndarray]:
        """Returns the predictions for every row.

        Args:
            batches: rows of the table [R] and their inputs, as returned by `RankingBatches.in_order`.

        Returns:
            "row" [n] int64, and each of `RankingModel.predictions` [n] float32.
        """
        parts: dict[str, list[np.ndarray]] = {}
        for rows, batch in batches:
            inputs = {
                name: tf.convert_to_tensor(values)
                for name, values in batch.items()
                if name not in UNREAD and not name.startswith("label/")
            }
            predicted = self._model.calibrated(_graph(self._model, inputs)(inputs))
            found = {"row": rows, **{name: values.numpy() for name, values in predicted.items()}}
            for name, values in found.items():
                parts.setdefault(name, []).append(values)
        return {name: np.concatenate(values) for name, values in parts.items()}


# Graphs by model, so that a model that is evaluated again need not be traced again.
_graphs: weakref.WeakKeyDictionary[RankingModel, Callable[[Tensors], Tensors]] = weakref.WeakKeyDictionary()


def _graph(model: RankingModel, inputs: Tensors) -> Callable[[Tensors], Tensors]:
    """Returns the model's predictions before calibration as one graph that does not keep the model alive.

    Args:
        model: model to predict with.
        inputs: an example batch; numbers of rows, lists and past items may differ later.
    """
    if model in _graphs:
        return _graphs[model]
    signature = {
        name: tf.TensorSpec([None, None] if name in OF_LISTS else [None, *values.shape[1:]], values.dtype)
        for name, values in inputs.items()
    }
    weak = weakref.ref(model)

    def predicted(batch: Tensors) -> Tensors:
        own = weak()
        assert own is not None
        return own.uncalibrated(batch)

    # A concrete function, because TensorFlow would treat a `tf.function` per model as repeated retracing.
    return _graphs.setdefault(model, tf.function(predicted, input_signature=[signature]).get_concrete_function())
