"""Callback that adds the validation error of a rating model to the logs after each epoch."""

from typing import Any

import numpy as np
import tensorflow as tf

from tfrec_dl.reviews.reviews import Reviews


class RatingValidation(tf.keras.callbacks.Callback):
    """Predicts held-out ratings after each epoch and writes their mean squared error to `logs` as `val_mse`.

    List this callback before those that read `val_mse` (EarlyStopping, ModelCheckpoint, CSVLogger).

    Args:
        reviews: the validation part; its texts are not read.
    """

    def __init__(self, reviews: Reviews) -> None:
        super().__init__()
        self.user_ids = reviews.user_ids[reviews.users]
        self.item_ids = reviews.item_ids[reviews.items]
        self.rated = reviews.ratings

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Adds `val_mse` to the logs."""
        predicted = self.model.predict_ratings(self.user_ids, self.item_ids)
        if logs is not None:
            logs["val_mse"] = float(np.mean(np.square(predicted - self.rated, dtype=np.float64)))
