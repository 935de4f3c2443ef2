"""Calibration of a ranker's logits, so that probabilities agree with observed click rates."""

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
    """The arguments of a `Calibration`, as stored in its file."""

    knots: list[float]
    log_odds: list[float]
    slope: float


CALIBRATION = "calibration.json"  # file in a run's folder
NUMBERS: TypeAdapter[Numbers] = TypeAdapter(Numbers)


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class Calibration(tf.keras.layers.Layer):
    """Maps logits [R] to probabilities [R] float32 by constants, not variables, so it can be part of any graph.

    An increasing piecewise linear function maps the logit to the log-odds, between the knots and beyond them. Because
    it increases everywhere, rows keep the order of their logits, apart from rounding to float32.

    Args:
        knots: K logits, increasing, at least one.
        log_odds: K log-odds of the probabilities at the knots, increasing.
        slope: slope before the first knot and after the last, above 0.

    Raises:
        InputError: if the numbers are invalid.
    """

    def __init__(self, knots: list[float], log_odds: list[float], slope: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        x, y = np.asarray(knots, dtype=np.float32), np.asarray(log_odds, dtype=np.float32)
        rising = (
            x.ndim == 1 and x.shape == y.shape and len(x) > 0 and (np.diff(x) > 0).all() and (np.diff(y) >= 0).all()
        )
        if not rising or not np.isfinite([*x, *y, slope]).all() or not slope > 0:
            raise InputError(
                f"a calibration of {x.size} knots, {y.size} log-odds and slope {slope}: give equally many finite, "
                "increasing numbers of both, and a slope above 0"
            )
        self.knots = tuple(x.tolist())
        self.log_odds = tuple(y.tolist())
        self.slope = float(slope)

    def call(self, logits: tf.Tensor) -> tf.Tensor:
        """Maps logits [R] to probabilities [R]."""
        return tf.sigmoid(self.calibrated_logits(logits))

    def calibrated_logits(self, logits: tf.Tensor) -> tf.Tensor:
        """Maps logits [R] to the log-odds of the probabilities [R] float32."""
        x, y = np.array(self.knots, dtype=np.float32), np.array(self.log_odds, dtype=np.float32)
        slopes = np.concatenate([[self.slope], np.diff(y) / np.diff(x), [self.slope]]).astype(np.float32)
        infinity = np.array([np.inf], dtype=np.float32)
        logits = tf.cast(logits, tf.float32)
        piece = tf.searchsorted(tf.constant(x), logits, side="right")
        start, value = (tf.gather(np.concatenate([knots[:1], knots]), piece) for knots in (x, y))
        line = value + tf.gather(slopes, piece) * (logits - start)
        # Rounding must not carry a piece past the start of the next.
        lowest = tf.gather(np.concatenate([-infinity, y]), piece)
        highest = tf.gather(np.concatenate([y, infinity]), piece)
        return tf.clip_by_value(line, lowest, highest)

    def numbers(self) -> Numbers:
        """Returns the arguments needed to build it again, for JSON."""
        return {"knots": list(self.knots), "log_odds": list(self.log_odds), "slope": self.slope}

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments needed to build the layer again."""
        return {**super().get_config(), **self.numbers()}


def save_calibration(calibration: Calibration, path: Path) -> None:
    """Writes a calibration as JSON; the file appears only once it is complete."""
    write_json(path, NUMBERS.dump_python(calibration.numbers()))


def load_calibration(path: Path) -> Calibration:
    """Reads a calibration written by `save_calibration`.

    Raises:
        InputError: if the file is missing, damaged or not a calibration.
    """
    numbers = checked(NUMBERS, read_json(path), path, "a calibration")
    try:
        return Calibration(**numbers)
    except ValueError as error:
        raise InputError(f"{path} is not a calibration: {error}: the run is damaged.") from error
