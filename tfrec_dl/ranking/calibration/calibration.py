"""Calibration of a ranker's logits: probabilities that agree with observed click rates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from pydantic import ConfigDict, TypeAdapter, with_config
from typing_extensions import TypedDict

from tfrec_dl.errors import InputError
from tfrec_dl.files import write_json
from tfrec_dl.runs.run_files import checked, read_json


@with_config(ConfigDict(extra="forbid"))
class Numbers(TypedDict):
    """The arguments of a `Calibration`, as its file holds them."""

    knots: list[float]
    log_odds: list[float]
    slope: float


CALIBRATION = "calibration.json"  # in a run's folder
NUMBERS: TypeAdapter[Numbers] = TypeAdapter(Numbers)


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class Calibration(tf.keras.layers.Layer):
    """Logits [R] -> probabilities [R] float32, by fixed numbers: no variables, so they are part of any graph.

    A rising line of straight pieces takes the logit to the log-odds, between the knots and beyond them. It rises
    everywhere, so the order of rows is that of their logits, but for rounding to float32.

    Args:
        knots: K logits, rising, at least one.
        log_odds: K log-odds of the probabilities there, rising.
        slope: of the line before the first knot and after the last, above 0.

    Raises:
        InputError: for other numbers.
    """

    def __init__(self, knots: list[float], log_odds: list[float], slope: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        x, y = np.asarray(knots, dtype=np.float32), np.asarray(log_odds, dtype=np.float32)
        rising = (
            x.ndim == 1 and x.shape == y.shape and len(x) > 0 and (np.diff(x) > 0).all() and (np.diff(y) >= 0).all()
        )
        if not rising or not np.isfinite([*x, *y, slope]).all() or not slope > 0:
            raise InputError(
                f"a calibration of {x.size} knots, {y.size} log-odds and slope {slope}: give as many finite, rising "
                "numbers of both, and a slope above 0"
            )
        self.knots = tuple(x.tolist())
        self.log_odds = tuple(y.tolist())
        self.slope = float(slope)

    def call(self, logits: tf.Tensor) -> tf.Tensor:
        """Logits [R] -> probabilities [R]."""
        return tf.sigmoid(self.calibrated_logits(logits))

    def calibrated_logits(self, logits: tf.Tensor) -> tf.Tensor:
        """Logits [R] -> log-odds of the probabilities [R] float32."""
        x, y = np.array(self.knots, dtype=np.float32), np.array(self.log_odds, dtype=np.float32)
        slopes = np.concatenate([[self.slope], np.diff(y) / np.diff(x), [self.slope]]).astype(np.float32)
        infinity = np.array([np.inf], dtype=np.float32)
        logits = tf.cast(logits, tf.float32)
        piece = tf.searchsorted(tf.constant(x), logits, side="right")
        start, value = (tf.gather(np.concatenate([knots[:1], knots]), piece) for knots in (x, y))
        line = value + tf.gather(slopes, piece) * (logits - start)
        # Rounding must not carry a piece past the next one's start.
        lowest = tf.gather(np.concatenate([-infinity, y]), piece)
        highest = tf.gather(np.concatenate([y, infinity]), piece)
        return tf.clip_by_value(line, lowest, highest)

    def numbers(self) -> Numbers:
        """The arguments to build it again, for JSON."""
        return {"knots": list(self.knots), "log_odds": list(self.log_odds), "slope": self.slope}

    def get_config(self) -> dict[str, Any]:
        """The arguments to build the layer again."""
        return {**super().get_config(), **self.numbers()}


def save_calibration(calibration: Calibration, path: Path) -> None:
    """Writes a calibration as JSON, whole or not at all."""
    write_json(path, NUMBERS.dump_python(calibration.numbers()))


def load_calibration(path: Path) -> Calibration:
    """Reads what `save_calibration` wrote.

    Raises:
        InputError: if it is missing, damaged or no calibration.
    """
    numbers = checked(NUMBERS, read_json(path), path, "a calibration")
    try:
        return Calibration(**numbers)
    except ValueError as error:
        raise InputError(f"{path} is not a calibration: {error}: the run is damaged.") from error
