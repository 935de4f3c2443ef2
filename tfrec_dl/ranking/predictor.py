"""Predictions of a ranking model for the rows of a table."""

import weakref
from collections.abc import Callable, Iterator, Mapping

import numpy as np
import tensorflow as tf

from tfrec_dl.ranking.data.batches import OF_LISTS
from tfrec_dl.ranking.model import RankingModel

Tensors = Mapping[str, tf.Tensor]
UNREAD = ("weight", "position")  # by predictions, and labels


class Predictor:
    """Predicts the rows of a table, batch by batch.

    Args:
        model: the model. Its graph is traced once, whatever is predicted; what its weights and its calibration are is
            looked at with each batch.
    """

    def __init__(self, model: RankingModel) -> None:
        self._model = model

    def __call__(self, batches: Iterator[tuple[np.ndarray, Mapping[str, np.ndarray]]]) -> dict[str, np.ndarray]:
        """Predictions of every row.

        Args:
            batches: rows of the table [R] and their inputs, as of `RankingBatches.in_order`.

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


# Traces by model: what evaluates a model again need not trace it again.
_graphs: weakref.WeakKeyDictionary[RankingModel, Callable[[Tensors], Tensors]] = weakref.WeakKeyDictionary()


def _graph(model: RankingModel, inputs: Tensors) -> Callable[[Tensors], Tensors]:
    """The model's predictions before calibration as one graph, which does not keep the model alive.

    Args:
        model: whose.
        inputs: a batch; others have other numbers of rows, lists and past items.
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

    # A concrete function: of a `tf.function` for each model TensorFlow would think that one is traced again and again.
    return _graphs.setdefault(model, tf.function(predicted, input_signature=[signature]).get_concrete_function())
