"""The loss of a step with perturbed rows.

Source: He et al., Adversarial Personalized Ranking for Recommendation, SIGIR 2018.
"""

from collections.abc import Callable

import tensorflow as tf

from tfrec_dl.losses.across_replicas import gather_targets
from tfrec_dl.retrieval.perturbation.configuration import Perturbation
from tfrec_dl.retrieval.perturbation.reads import Reads, Recorded, Shifted


def perturbed_loss(perturbation: Perturbation, loss: Callable[[Reads], tf.Tensor], seed: tf.Tensor) -> tf.Tensor:
    """Computes (loss + weight x loss with shifted rows) / (1 + weight), a scalar.

    Memory and time grow with the rows that the step reads; no table is copied.

    Args:
        perturbation: perturbation of the rows.
        loss: computes the step's loss from what it reads of items and users; on each replica its share, so that the
            sum over the replicas is that of the global batch. It samples the same each time.
        seed: [2] int32 seed of the step.
    """
    with tf.GradientTape() as tape:
        recorded = Recorded()
        plain = loss(recorded)
    gradients = tape.gradient(plain, recorded.vectors(), unconnected_gradients="zero")
    shifts = {}
    for place, (table, reads) in enumerate(recorded.found.items()):
        own, gradients = gradients[: len(reads)], gradients[len(reads) :]
        apart = tf.random.experimental.stateless_fold_in(seed, place)
        shifts[table] = _shifts(perturbation, [numbers for numbers, _ in reads], own, apart)
    return (plain + perturbation.weight * loss(Shifted(shifts))) / (1.0 + perturbation.weight)


def _shifts(
    perturbation: Perturbation, numbers: list[tf.Tensor], gradients: list[tf.Tensor], seed: tf.Tensor
) -> list[tf.Tensor]:
    """Computes the shifts of a table's reads; a row has the same shift wherever, and on whichever replica, it is read.

    Args:
        perturbation: perturbation of the rows.
        numbers: [N] int64 row numbers of each read.
        gradients: [..., E] gradients of each read.
        seed: [2] int32.

    Returns:
        The shifts of each read, [N, E].
    """
    flat = [tf.reshape(gradient, [-1, gradient.shape[-1]]) for gradient in gradients]
    read, every = gather_targets(tf.concat(numbers, axis=0), tf.concat(flat, axis=0))
    rows, _ = tf.unique(tf.sort(read))  # in the same order on all replicas, for random shifts
    places = tf.searchsorted(rows, read)
    summed = tf.math.unsorted_segment_sum(every, places, tf.size(rows))
    directions = perturbation.directions(summed, seed)
    units = tf.math.divide_no_nan(directions, tf.norm(directions, axis=1, keepdims=True))
    shifts = tf.stop_gradient(perturbation.eps * units)
    sizes = [tf.size(each) for each in numbers]
    return tf.split(tf.gather(shifts, places[: tf.add_n(sizes)]), tf.stack(sizes), num=len(sizes))
