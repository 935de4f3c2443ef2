"""Context manager that puts the optimiser's running averages in the place of the weights."""

from collections.abc import Iterator
from contextlib import contextmanager

import tensorflow as tf


@contextmanager
def averaged_weights(model: tf.keras.Model) -> Iterator[None]:
    """Puts the averages that the optimiser keeps (`use_ema`) into the model; afterwards training goes on as it was.

    Source: Polyak and Juditsky, SIAM J. Control and Optimization, 1992.

    Args:
        model: compiled and built; where its optimiser keeps no averages, nothing changes.
    """
    optimizer = model.optimizer
    if not optimizer.use_ema:
        yield
        return
    variables = model.trainable_variables
    trained = [tf.identity(variable) for variable in variables]
    optimizer.finalize_variable_values(variables)
    try:
        yield
    finally:
        for variable, value in zip(variables, trained, strict=True):
            variable.assign(value)
