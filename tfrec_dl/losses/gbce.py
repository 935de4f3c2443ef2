"""Generalized binary cross-entropy.

Source: Petrov and Macdonald, gSASRec: Reducing Overconfidence in Sequential Recommendation Trained with Negative
Sampling, RecSys 2023.
"""

from typing import Annotated

import tensorflow as tf
from pydantic import Field

from tfrec_dl.configurations import configuration
from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.losses.candidates import Candidates
from tfrec_dl.losses.loss import LOSSES
from tfrec_dl.losses.sampled import SampledLoss, score_with_negatives
from tfrec_dl.recipes.search_space import SearchRange


@LOSSES.register("gbce")
@configuration
class GBCE(SampledLoss):
    """Binary cross-entropy with the positive term raised to the power beta, against overconfidence (gSASRec).

    Equations 9 and 13 of the paper.

    Attributes:
        negatives: candidates sampled uniformly per step (the paper's best results use 256 each).
        calibration: the paper's t; 0 is plain binary cross-entropy, 1 gives calibrated probabilities.
    """

    negatives: int = Field(default=256, ge=1)
    calibration: Annotated[float, SearchRange(0.0, 1.0)] = Field(default=0.75, ge=0, le=1)

    def per_target(self, queries: tf.Tensor, targets: tf.Tensor, candidates: Candidates) -> tf.Tensor:
        """Queries [P, D] and targets [P] int32 -> losses [P]."""
        scores = score_with_negatives(queries, targets, candidates, self.negatives, popularity_exponent=0.0)
        others = max(candidates.trained_size - FIRST_ITEM - 1, 1)
        sampling_rate = min(self.negatives / others, 1.0)
        beta = sampling_rate * (self.calibration * (1 - 1 / sampling_rate) + 1 / sampling_rate)
        positive = beta * tf.nn.softplus(-scores.positive)
        negative = tf.where(scores.is_target, 0.0, tf.nn.softplus(scores.negative))
        return (positive + tf.reduce_sum(negative, axis=1)) / (self.negatives + 1)
