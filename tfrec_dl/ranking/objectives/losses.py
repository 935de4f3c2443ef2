"""Losses of logits: a loss a row, or a loss a list."""

import math

import numpy as np
import tensorflow as tf
import tensorflow_recommenders as tfrs

NO_CANDIDATE = -1e9  # a score that gives no share of a list


def binary_losses(logits: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """Binary cross-entropy, as a TFRS ranking task.

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
        lists: [R] int32, the number of each row's list, ascending from 0 without a gap.
        weights: [R], how much a row's label counts; a row of weight 0 is no candidate.

    Returns:
        [lists]; 0 for a list whose labels are all 0.
    """
    scores = tf.where(weights > 0, scores, NO_CANDIDATE)
    highest = tf.stop_gradient(tf.math.segment_max(scores, lists))
    scores -= tf.gather(highest, lists)  # for the exponential alone: the shares stay the same
    log_total = tf.math.log(tf.math.segment_sum(tf.exp(scores), lists))
    losses = weights * labels * (tf.gather(log_total, lists) - scores)
    return tf.math.divide_no_nan(tf.math.segment_sum(losses, lists), tf.math.segment_sum(labels, lists))


def joint_logits(first: tf.Tensor, second: tf.Tensor) -> tf.Tensor:
    """The logit of the product of two probabilities that are given as logits, without leaving log space.

    With p = sigmoid(a) sigmoid(b), (1 - p) / p = e^-a + e^-b + e^(-a - b).

    Args:
        first: a, [R].
        second: b, [R].

    Returns:
        log(p / (1 - p)), [R].
    """
    return -tf.reduce_logsumexp(tf.stack([-first, -second, -first - second]), axis=0)


def log_odds(labels: np.ndarray) -> float:
    """Of a label being 1, half a 1 and half a 0 added, so that it is finite for any labels [n] of 0 and 1."""
    ones, count = float(labels.sum()), len(labels)
    return math.log((ones + 0.5) / (count - ones + 0.5))
