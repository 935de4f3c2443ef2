"""Fitting a blender: minimises the softmax loss of the targets among their candidates."""

import numpy as np
import tensorflow as tf
from scipy.optimize import minimize

from tfrec_dl.stacking.blender import build_blender
from tfrec_dl.stacking.candidates import CandidateLists

ITERATIONS = 200


def fit_blender(lists: CandidateLists, regularization: float) -> tf.keras.Model:
    """Fits the blender that gives the targets the highest likelihood among their candidates.

    Listwise softmax loss (ListNet's top-one form with one relevant item; Cao et al., ICML 2007). It is convex in the
    blender's few numbers, so L-BFGS finds the minimum: no learning rate, no order of batches, no early stopping.

    Args:
        lists: to learn from.
        regularization: L2 penalty on the numbers, beside the mean loss.

    Returns:
        A blender of `build_blender`.
    """
    blender = build_blender(lists.scores.scores.shape[2], regularization)
    layer = blender.get_layer("member_weights")
    layer.measure(lists.scores)
    inputs = {name: tf.constant(part, tf.float32) for name, part in lists.scores._asdict().items()}
    log_weights = tf.constant(lists.log_weights)

    def objective(numbers: np.ndarray) -> tuple[float, np.ndarray]:
        layer.kernel.assign(numbers.reshape(layer.kernel.shape))
        with tf.GradientTape() as tape:
            scores = blender(inputs, training=True) + log_weights
            loss = tf.reduce_mean(tf.reduce_logsumexp(scores, axis=1) - scores[:, 0]) + tf.add_n(blender.losses)
        return float(loss), tape.gradient(loss, layer.kernel).numpy().ravel().astype(np.float64)

    start = layer.kernel.numpy().ravel().astype(np.float64)
    found = minimize(objective, start, jac=True, method="L-BFGS-B", options={"maxiter": ITERATIONS, "ftol": 1e-6})
    layer.kernel.assign(found.x.reshape(layer.kernel.shape))
    return blender
