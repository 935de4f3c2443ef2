"""Adam that touches only the rows of an embedding table that a batch touched."""

import tensorflow as tf


class RowSparseAdam(tf.keras.optimizers.Adam):
    """Adam whose moments of an embedding row stand still while no batch touches the row.

    Keras's Adam decays every row's moments and moves every row at every step, so a step costs as much as the table is
    large. Here a sparse gradient (`tf.IndexedSlices`) updates the rows it names and reads no other. Dense gradients are
    updated as in Keras. The same rule is known as LazyAdam (TensorFlow Addons).

    Args: those of `tf.keras.optimizers.Adam`.
    """

    def update_step(self, gradient: tf.Tensor | tf.IndexedSlices, variable: tf.Variable) -> None:
        """Updates one variable; the optimiser has summed the slices that name the same row already."""
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
