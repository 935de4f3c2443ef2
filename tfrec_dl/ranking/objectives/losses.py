"""Losses on logits, per row or per list."""

import math

import numpy as np
import tensorflow as tf
import tensorflow_recommenders as tfrs

NO_CANDIDATE = -1e9  # a score that gives a row no share of its list


def binary_losses(logits: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """Binary cross-entropy, as in a TFRS ranking task.

    Args:
        logits: [R].
        labels: [R] of 0 to 1.

    Returns:
        [R].
    """
    none = tf.keras.losses.Reduction.NONE
    task = tfrs.tasks.Ranking(loss=tf.keras.losses.BinaryCrossentropy(from_logits=True, reduction=none))
    losses: tf.Tensor = task(labels[:, None], logits[:, None])
    return losses


def list_losses(scores: tf.Tensor, labels: tf.Tensor, lists: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
    """Cross-entropy between the labels' shares of a list and the softmax of its scores.

    -sum over i of w_i y_i / (sum over j of y_j) log(exp s_i / sum over j of exp s_j). Source: Cao et al., Learning to
    Rank: From Pairwise Approach to Listwise Approach, ICML 2007 (ListNet's top-one probabilities); Bruch et al., An
    Analysis of the Softmax Cross Entropy Loss for Learning-to-Rank with Binary Relevance, ICTIR 2019.

    Args:
        scores: [R].
        labels: [R], not negative.
        lists: [R] int32, number of each row's list, ascending from 0 without gaps.
        weights: [R], weight of each row's label; a row of weight 0 is not a candidate.

    Returns:
        [lists]; 0 for a list whose labels are all 0.
    """
    scores = tf.where(weights > 0, scores, NO_CANDIDATE)
    highest = tf.stop_gradient(tf.math.segment_max(scores, lists))
    scores -= tf.gather(highest, lists)  # avoids overflow of the exponential; the shares do not change
    log_total = tf.math.log(tf.math.segment_sum(tf.exp(scores), lists))
    losses = weights * labels * (tf.gather(log_total, lists) - scores)
    return tf.math.divide_no_nan(tf.math.segment_sum(losses, lists), tf.math.segment_sum(labels, lists))


def joint_logits(first: tf.Tensor, second: tf.Tensor) -> tf.Tensor:
    """Logit of the product of two probabilities given as logits, computed in log space.

    With p = sigmoid(a) sigmoid(b), (1 - p) / p = e^-a + e^-b + e^(-a - b).

    Args:
        first: a, [R].
        second: b, [R].

    Returns:
        log(p / (1 - p)), [R].
    """
    return -tf.reduce_logsumexp(tf.stack([-first, -second, -first - second]), axis=0)


def log_odds(labels: np.ndarray) -> float:
    """Log-odds of a label being 1; half a 1 and half a 0 are added, so it is finite for any labels [n] of 0 and 1."""
    ones, count = float(labels.sum()), len(labels)
    return math.log((ones + 0.5) / (count - ones + 0.5))
