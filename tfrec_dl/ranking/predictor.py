"""Predictions of a ranking model for the rows of a table."""

from collections.abc import Iterator, Mapping

import numpy as np
import tensorflow as tf

from tfrec_dl.ranking.model import RankingModel


class Predictor:
    """Predicts the rows of a table, batch by batch; the graph is built once.

    Args:
        model: the model; its calibration must not change afterwards.
    """

    def __init__(self, model: RankingModel) -> None:
        self._predictions = tf.function(model.predictions, reduce_retracing=True)

    def __call__(self, batches: Iterator[tuple[np.ndarray, Mapping[str, np.ndarray]]]) -> dict[str, np.ndarray]:
        """Predictions of every row.

        Args:
            batches: rows of the table [R] and their inputs, as of `RankingBatches.in_order`.

        Returns:
            "row" [n] int64, and each of `RankingModel.predictions` [n] float32.
        """
        parts: dict[str, list[np.ndarray]] = {}
        for rows, batch in batches:
            inputs = {name: values for name, values in batch.items() if not name.startswith("label/")}
            found = {"row": rows, **{name: values.numpy() for name, values in self._predictions(inputs).items()}}
            for name, values in found.items():
                parts.setdefault(name, []).append(values)
        return {name: np.concatenate(values) for name, values in parts.items()}
