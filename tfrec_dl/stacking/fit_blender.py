"""Fitting of a blender: minimizes the softmax loss of the targets among their candidates."""

import numpy as np
import tensorflow as tf
from scipy.optimize import minimize
from scipy.special import logsumexp, softmax

from tfrec_dl.stacking.blender import MemberWeights, build_blender
from tfrec_dl.stacking.candidates import CandidateLists

ITERATIONS = 200


def fit_blender(lists: CandidateLists, regularization: float) -> tf.keras.Model:
    """Fits the blender that maximizes the likelihood of the targets among their candidates.

    Uses the listwise softmax loss (ListNet's top-one form with one relevant item; Cao et al., ICML 2007). It is convex
    in the blender's few parameters, so L-BFGS finds the minimum without learning rate, batch order or early stopping.

    Args:
        lists: lists to fit on.
        regularization: L2 penalty on the parameters, added to the mean loss.

    Returns:
        A blender as built by `build_blender`.
    """
    blender = build_blender(lists.scores.scores.shape[2], regularization)
    layer = blender.get_layer("member_weights")
    layer.measure(lists.scores)
    scores, share = lists.scores.scores, _weights_of_each_number(layer, lists)

    def objective(numbers: np.ndarray) -> tuple[float, np.ndarray]:
        kernel = numbers.reshape(layer.kernel.shape)
        weights = np.einsum("jm,jnm->nm", kernel, share)
        logits = np.matmul(scores, weights[:, :, np.newaxis].astype(np.float32))[..., 0] + lists.log_weights
        loss = np.mean(logsumexp(logits, axis=1) - logits[:, 0]) + regularization * np.sum(kernel**2)
        error = softmax(logits, axis=1)
        error[:, 0] -= 1.0
        slope = np.matmul(error[:, np.newaxis].astype(np.float32), scores)[:, 0] / len(lists)
        return float(loss), (np.einsum("nm,jnm->jm", slope, share) + 2 * regularization * kernel).ravel()

    start = layer.kernel.numpy().ravel().astype(np.float64)
    found = minimize(objective, start, jac=True, method="L-BFGS-B", options={"maxiter": ITERATIONS, "ftol": 1e-6})
    layer.kernel.assign(found.x.reshape(layer.kernel.shape))
    return blender


def blender_of_one(lists: CandidateLists, member: int, regularization: float) -> tf.keras.Model:
    """Returns a blender that gives the whole weight to one member, identified by its number."""
    blender = build_blender(lists.scores.scores.shape[2], regularization)
    layer = blender.get_layer("member_weights")
    layer.measure(lists.scores)
    kernel = np.zeros(layer.kernel.shape)
    kernel[0, member] = 1.0
    layer.kernel.assign(kernel)
    return blender


def _weights_of_each_number(layer: MemberWeights, lists: CandidateLists) -> np.ndarray:
    """Returns [3, N, M] float64 weights of the members due to each of their three parameters; these add up."""
    length, spread = tf.constant(lists.scores.length, tf.float32), tf.constant(lists.scores.spread, tf.float32)
    start = layer.kernel.numpy()
    found = []
    for number in np.eye(len(start), dtype=np.float32):
        layer.kernel.assign(np.outer(number, np.ones(layer.members)))
        found.append(layer.call(length, spread).numpy())
    layer.kernel.assign(start)
    return np.stack(found).astype(np.float64)
