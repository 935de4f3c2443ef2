"""From a ranker's logits to probabilities that can be taken at their word."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike
from pydantic import ConfigDict
from pydantic.dataclasses import dataclass
from scipy import optimize, special

from tfrec_dl.errors import InputError

STRICT = ConfigDict(extra="forbid")
LEAST_SLOPE = 1e-3  # a calibration never turns the order round, and never gives it up


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

    def to_dict(self) -> dict[str, Any]:
        """The numbers, for JSON."""
        return {"knots": list(self.knots), "log_odds": list(self.log_odds), "slope": self.slope}

    @classmethod
    def from_dict(cls, numbers: dict[str, Any]) -> Calibration:
        """A calibration from the numbers of `to_dict`.

        Raises:
            InputError: for missing, unknown or bad ones.
        """
        wanted = {"knots", "log_odds", "slope"}
        if set(numbers) != wanted:
            raise InputError(
                f"a calibration has {', '.join(sorted(wanted))}, but {', '.join(sorted(numbers)) or 'nothing'} was "
                "given: pass what to_dict() gave"
            )
        return cls(**numbers)

    def get_config(self) -> dict[str, Any]:
        """The arguments to build the layer again."""
        return {**super().get_config(), **self.to_dict()}


@dataclass(frozen=True, config=STRICT)
class Platt:
    """Probability = sigmoid(a * logit + b), a and b of the greatest likelihood.

    Two numbers, which need few rows and can mend logits that are too bold, too timid or shifted. The labels are drawn
    towards the middle, (n1 + 1) / (n1 + 2) and 1 / (n0 + 2), so that rows that are perfectly separated keep a finite a.
    a is kept above 0.001: rows never change their order. Source: Platt, Probabilistic Outputs for Support Vector
    Machines, 1999.
    """

    name: Literal["platt"] = "platt"

    def fit(self, logits: ArrayLike, labels: ArrayLike, weights: ArrayLike | None = None) -> Calibration:
        """Fits on rows that the model was not trained on.

        Args:
            logits: [R].
            labels: [R], 0 or 1, both present.
            weights: [R] above 0; None for 1 each.

        Raises:
            InputError: for other numbers, different numbers of rows, or labels that are all equal.
        """
        slope, intercept = _platt(*_checked(logits, labels, weights))
        return Calibration([0.0], [intercept], slope)


@dataclass(frozen=True, config=STRICT)
class Isotonic:
    """Probability = the rising steps that fit best, joined by straight lines.

    Mends any shape, and wants some thousands of rows. Isotonic regression (pool adjacent violators: Zadrozny and Elkan,
    KDD 2002) gives all rows of a step the same probability, which would tie them: here the centres of the steps are
    joined, in log-odds, and beyond the outermost the line goes on with the slope of `Platt`, so that rows keep their
    order. The lowest and the highest logit each get one more row with the mean label, which keeps probabilities off 0
    and 1. Last the whole line is shifted so that the rows' probabilities sum to their clicks.
    """

    name: Literal["isotonic"] = "isotonic"

    def fit(self, logits: ArrayLike, labels: ArrayLike, weights: ArrayLike | None = None) -> Calibration:
        """Fits on rows that the model was not trained on.

        Args:
            logits: [R].
            labels: [R], 0 or 1, both present.
            weights: [R] above 0; None for 1 each.

        Raises:
            InputError: for other numbers, different numbers of rows, or labels that are all equal.
        """
        x, y, rows = _checked(logits, labels, weights)
        slope, _ = _platt(x, y, rows)
        rate = np.average(y, weights=rows)
        with_ends = np.append(x, [x.min(), x.max()]).astype(np.float32)
        distinct, position = np.unique(with_ends, return_inverse=True)
        weighed = np.append(rows, [rows.mean()] * 2)
        mass = np.bincount(position, weights=weighed)
        means = np.bincount(position, weights=weighed * np.append(y, [rate] * 2)) / mass
        steps = optimize.isotonic_regression(means, weights=mass)
        blocks = np.repeat(np.arange(len(steps.blocks) - 1), np.diff(steps.blocks))
        centres = np.bincount(blocks, weights=mass * distinct) / np.bincount(blocks, weights=mass)
        values = special.logit(steps.x[steps.blocks[:-1]])
        # Steps so near to each other that float32 does not tell them apart are one.
        kept = np.append(True, np.diff(centres.astype(np.float32)) > 0)
        line = Calibration(centres[kept].tolist(), values[kept].tolist(), slope)
        found = line.calibrated_logits(x).numpy().astype(np.float64)
        shift = optimize.brentq(lambda step: np.average(special.expit(found + step), weights=rows) - rate, -50.0, 50.0)
        return Calibration(centres[kept].tolist(), (values[kept] + shift).tolist(), slope)


CalibrationMethod = Platt | Isotonic


def _platt(logits: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    """Slope and intercept."""
    clicked, others = weights @ labels, weights @ (1.0 - labels)
    targets = np.where(labels > 0.0, (clicked + 1.0) / (clicked + 2.0), 1.0 / (others + 2.0))
    # Standardised, so that the start and the tolerance fit logits of any scale.
    centre, scale = np.average(logits, weights=weights), logits.std() or 1.0
    inputs = (logits - centre) / scale

    def loss(numbers: np.ndarray) -> tuple[float, np.ndarray]:
        z = numbers[0] * inputs + numbers[1]
        errors = weights * (special.expit(z) - targets) / weights.sum()
        value = weights @ (np.logaddexp(0.0, z) - targets * z) / weights.sum()
        return float(value), np.array([errors @ inputs, errors.sum()])

    found = optimize.minimize(
        loss,
        np.array([1.0, special.logit(np.average(targets, weights=weights))]),
        jac=True,
        method="L-BFGS-B",
        bounds=[(LEAST_SLOPE * scale, None), (None, None)],
        options={"ftol": 1e-15, "gtol": 1e-10},
    )
    slope = float(found.x[0] / scale)
    return slope, float(found.x[1] - slope * centre)


def _checked(logits: ArrayLike, labels: ArrayLike, weights: ArrayLike | None) -> tuple[np.ndarray, ...]:
    x, y = np.asarray(logits, dtype=np.float64), np.asarray(labels, dtype=np.float64)
    rows = np.ones_like(y) if weights is None else np.asarray(weights, dtype=np.float64)
    if x.ndim != 1 or not x.shape == y.shape == rows.shape:
        raise InputError(
            f"logits {x.shape}, labels {y.shape} and weights {rows.shape} cannot be calibrated: pass one number a row "
            "in each"
        )
    for name, column in (("logits", x), ("labels", y), ("weights", rows)):
        bad = np.flatnonzero(~np.isfinite(column))
        if len(bad):
            raise InputError(
                f"{name}: {len(bad)} of {len(column)} values are not finite, the first is {column[bad[0]]} in row "
                f"{bad[0]}: leave such rows out"
            )
    if not np.isin(y, (0.0, 1.0)).all() or not 0.0 < y.sum() < len(y):
        found = ", ".join(f"{value:g}" for value in np.unique(y)[:5]) or "none"
        raise InputError(f"the labels to calibrate on are {found}: both 0 and 1 are needed, and nothing else")
    if not (rows > 0.0).all():
        raise InputError(f"a weight is {rows.min():g}: weights to calibrate with are above 0, so leave such rows out")
    return x, y, rows
