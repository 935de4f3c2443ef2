"""Log loss of predicted probabilities, and normalized entropy."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import entr, xlog1py, xlogy

from tfrec_dl.ranking.metrics.checks import binary, probabilities, same_length

SMALLEST = float(np.finfo(np.float64).eps)  # a probability of exactly 0 or 1 could make one row's loss infinite


def log_loss(predicted: ArrayLike, labels: ArrayLike) -> float:
    """Mean of -log of the probability given to the actual outcome, in nats.

    Args:
        predicted: [R] probabilities; 0 and 1 are replaced by values 2.2e-16 away, as in scikit-learn.
        labels: [R], 0 or 1.

    Raises:
        InputError: if the values are invalid, or the numbers of rows differ.
    """
    predicted, labels = probabilities(predicted, "predicted"), binary(labels, "labels")
    same_length(predicted=predicted, labels=labels)
    return float(log_losses(predicted, labels).mean())


def log_losses(predicted: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Maps probabilities [R] and labels [R] to the loss of each row [R] float64, in nats."""
    kept = np.clip(predicted, SMALLEST, 1.0 - SMALLEST)
    losses: np.ndarray = -(xlogy(labels, kept) + xlog1py(1.0 - labels, -kept))
    return losses


def normalised_entropy(predicted: ArrayLike, labels: ArrayLike) -> float:
    """Log loss divided by that of always predicting the rows' own click rate; below 1 if the model is better.

    It makes data with different click rates comparable. Source: He et al., Practical Lessons from Predicting Clicks on
    Ads at Facebook, ADKDD 2014, section 2.

    Args:
        predicted: [R] probabilities.
        labels: [R], 0 or 1.

    Returns:
        NaN if all labels are equal, because a constant then has no loss.

    Raises:
        InputError: if the values are invalid, or the numbers of rows differ.
    """
    loss = log_loss(predicted, labels)
    return float(loss / entropy(float(np.asarray(labels, dtype=np.float64).mean())))


def entropy(rate: np.ndarray | float) -> np.ndarray:
    """Entropy of a 0/1 label with this mean, in nats; NaN for 0 and 1, so that a division by it gives NaN."""
    found: np.ndarray = entr(rate) + entr(np.subtract(1.0, rate))
    return np.where(found > 0.0, found, np.nan)
