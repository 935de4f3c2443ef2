"""Fitting of a rating model's biases before its text network."""

import numpy as np
import tensorflow as tf

from tfrec_dl.reviews.model import RatingModel

FOLDS = 10
STEPS = 150
LEARNING_RATE = 0.1


def fit_biases(model: RatingModel, folds: int = FOLDS, steps: int = STEPS, seed: int = 0) -> np.ndarray:
    """Fits biases (and the thresholds of an ordinal output) as if all documents were empty.

    The biases are the mode under the output's loss and Gaussian priors around 0 whose precisions are the shrinkages of
    the output. They are fitted once per fold on the other training ratings, which gives every training pair biases that
    were fitted without its rating (cross-fitting: Chernozhukov et al., The Econometrics Journal 2018). Finally, they
    are fitted on all ratings.

    Args:
        model: model from `build_deep_conn`; its biases and thresholds are set.
        folds: number of parts that the ratings are split into.
        steps: number of gradient descent steps, each on all ratings.
        seed: seed of the folds.

    Returns:
        [n] float32, sum of user and item bias for each training rating, fitted without its fold.
    """
    documents, output = model.documents, model.output_kind
    pairs = [tf.constant(documents.users), tf.constant(documents.items)]
    labels = output.labels(tf.constant(documents.ratings), model.levels)
    empty = [tf.zeros([len(documents), vector.shape[1]]) for vector in model.scorer.inputs[:2]]
    tables, others = model.biases.variables, model.scorer.trainable_variables
    shrinkages = (output.user_shrinkage, output.item_shrinkage)
    optimizer = tf.keras.optimizers.Adam(tf.keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps))
    optimizer.build([*tables, *others])
    start = [tf.identity(each) for each in (*tables, *others, *optimizer.variables)]

    @tf.function
    def all_steps(weights: tf.Tensor) -> None:
        for _ in tf.range(steps):
            step(weights)

    def step(weights: tf.Tensor) -> None:
        with tf.GradientTape() as tape:
            losses = model.task(labels, model.scorer([*empty, model.biases(pairs)]))
            priors = [shrinkage * tf.nn.l2_loss(table) for shrinkage, table in zip(shrinkages, tables, strict=True)]
            loss = (tf.reduce_sum(weights * losses) + tf.add_n(priors)) / tf.reduce_sum(weights)
        gradients = tape.gradient(loss, [*tables, *others], unconnected_gradients=tf.UnconnectedGradients.ZERO)
        optimizer.apply_gradients(zip(gradients, [*tables, *others], strict=True))

    def descend(included: np.ndarray) -> None:
        for variable, value in zip((*tables, *others, *optimizer.variables), start, strict=True):
            variable.assign(value)
        all_steps(tf.constant(included, tf.float32))

    fold = np.random.default_rng(seed).permutation(len(documents)) % folds
    unknowing = np.zeros(len(documents), dtype=np.float32)
    for number in range(folds):
        descend(fold != number)
        unknowing[fold == number] = model.biases(pairs).numpy()[fold == number, 0]
    descend(np.ones(len(documents), dtype=bool))
    return unknowing
