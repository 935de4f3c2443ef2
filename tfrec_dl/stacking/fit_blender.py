"""Fitting the ranker: the softmax loss of the targets, brought to its minimum."""

import numpy as np
import tensorflow as tf
from scipy.optimize import minimize

from tfrec_dl.stacking.blender import build_ranker
from tfrec_dl.stacking.candidates import CandidateLists

ITERATIONS = 200


def fit_ranker(lists: CandidateLists, regularization: float) -> tf.keras.Model:
    """Finds the ranker that gives the targets the highest likelihood among their candidates.

    Listwise softmax loss (ListNet's top-one form with one relevant item; Cao et al., ICML 2007). It is convex in the
    ranker's few numbers, so L-BFGS finds the minimum: no learning rate, no order of batches, no early stopping.

    Args:
        lists: to learn from.
        regularization: weight of the squared numbers in the mean loss.

    Returns:
        A ranker of `build_ranker`.
    """
    ranker = build_ranker(lists.opinions.scores.shape[2], regularization)
    layer = ranker.get_layer("member_weights")
    layer.measure(lists.opinions)
    inputs = {name: tf.constant(part, tf.float32) for name, part in lists.opinions._asdict().items()}
    log_weights = tf.constant(lists.log_weights)

    def objective(numbers: np.ndarray) -> tuple[float, np.ndarray]:
        layer.kernel.assign(numbers.reshape(layer.kernel.shape))
        with tf.GradientTape() as tape:
            scores = ranker(inputs, training=True) + log_weights
            loss = tf.reduce_mean(tf.reduce_logsumexp(scores, axis=1) - scores[:, 0]) + tf.add_n(ranker.losses)
        return float(loss), tape.gradient(loss, layer.kernel).numpy().ravel().astype(np.float64)

    start = layer.kernel.numpy().ravel().astype(np.float64)
    found = minimize(objective, start, jac=True, method="L-BFGS-B", options={"maxiter": ITERATIONS, "ftol": 1e-6})
    layer.kernel.assign(found.x.reshape(layer.kernel.shape))
    return ranker
