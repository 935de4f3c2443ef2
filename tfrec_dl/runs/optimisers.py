"""Optimizers that update only those rows of an embedding table that occur in a batch."""

from typing import Literal

import tensorflow as tf

ADAGRAD_EPSILON = 1e-20  # added to a sum of squares inside the root; 1e-10 outside of it, as in PyTorch


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class RowSparseAdam(tf.keras.optimizers.Adam):
    """Adam that leaves the moments of an embedding row unchanged while no batch contains the row.

    Keras's Adam decays the moments and moves the weights of every row at every step, so a step's cost grows with the
    table. Here, a sparse gradient (`tf.IndexedSlices`) updates only the rows that it names. Dense gradients are handled
    as in Keras. The same rule is known as LazyAdam (TensorFlow Addons).

    Args: those of `tf.keras.optimizers.Adam`.
    """

    def update_step(self, gradient: tf.Tensor | tf.IndexedSlices, variable: tf.Variable) -> None:
        """Updates one variable; the optimizer has already summed slices for the same row."""
        if not isinstance(gradient, tf.IndexedSlices):
            super().update_step(gradient, variable)
            return
        index = self._index_dict[self._var_key(variable)]
        momentum, velocity = self._momentums[index], self._velocities[index]
        step = tf.cast(self.iterations + 1, variable.dtype)
        beta_1, beta_2 = tf.cast(self.beta_1, variable.dtype), tf.cast(self.beta_2, variable.dtype)
        correction = tf.sqrt(1 - tf.pow(beta_2, step)) / (1 - tf.pow(beta_1, step))
        rate = tf.cast(self.learning_rate, variable.dtype) * correction

        rows, values = gradient.indices, gradient.values
        row_momentum = beta_1 * tf.gather(momentum, rows) + (1 - beta_1) * values
        row_velocity = beta_2 * tf.gather(velocity, rows) + (1 - beta_2) * tf.square(values)
        momentum.scatter_update(tf.IndexedSlices(row_momentum, rows))
        velocity.scatter_update(tf.IndexedSlices(row_velocity, rows))
        change = rate * row_momentum / (tf.sqrt(row_velocity) + self.epsilon)
        variable.scatter_sub(tf.IndexedSlices(change, rows))


def row_sparse_optimizer(
    name: Literal["adam", "adagrad"],
    model: tf.keras.Model,
    rate: float | tf.keras.optimizers.schedules.LearningRateSchedule,
    weight_decay: float = 0.0,
) -> tf.keras.optimizers.Optimizer:
    """Returns an unbuilt optimizer for a model with embedding tables.

    Keras's own Adagrad (Duchi et al., Adaptive Subgradient Methods for Online Learning and Stochastic Optimization,
    JMLR 2011) reads and writes only the rows of a sparse gradient, so it is used unchanged, except for the initial sums
    of squares. These start at 0, as in the paper and in PyTorch. Keras's default 0.1 dwarfs the gradients of a mean
    over thousands of targets, and nothing is learned. Adagrad keeps one number per weight, Adam two. Neither uses
    clipping by norm or averaging over steps, because both would read every row at every step.

    Args:
        name: name of the optimizer.
        model: a built model.
        rate: learning rate or schedule.
        weight_decay: decay of the dense variables (decoupled, Loshchilov and Hutter, ICLR 2019); 0 for none.
    """
    optimizer: tf.keras.optimizers.Optimizer
    if name == "adam":
        optimizer = RowSparseAdam(rate, weight_decay=weight_decay or None)
    else:
        optimizer = tf.keras.optimizers.Adagrad(
            rate, initial_accumulator_value=0.0, epsilon=ADAGRAD_EPSILON, weight_decay=weight_decay or None
        )
    spare_tables(optimizer, model)
    return optimizer


def spare_tables(optimizer: tf.keras.optimizers.Optimizer, model: tf.keras.Model) -> None:
    """Excludes a model's tables from weight decay, which would update every row at every step.

    Args:
        optimizer: an unbuilt optimizer.
        model: a built model.
    """
    layers = [layer for layer in model.submodules if isinstance(layer, tf.keras.layers.Embedding)]
    # Identified by their weights, because a table has several of them on parameter servers.
    optimizer.exclude_from_weight_decay(var_list=[weight for layer in layers for weight in layer.trainable_weights])


def optimizer_title(optimizer: tf.keras.optimizers.Optimizer) -> str:
    """Returns the name of the optimizer for messages."""
    return "row-sparse Adam" if isinstance(optimizer, RowSparseAdam) else "row-sparse Adagrad"
