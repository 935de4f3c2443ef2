"""Context manager that replaces a model's weights by the optimizer's running averages."""

from collections.abc import Iterator
from contextlib import contextmanager

import tensorflow as tf


@contextmanager
def averaged_weights(model: tf.keras.Model) -> Iterator[None]:
    """Uses the optimizer's averaged weights (`use_ema`) inside the block; afterwards, training continues unaffected.

    Source: Polyak and Juditsky, SIAM J. Control and Optimization, 1992.

    Args:
        model: a compiled and built model; nothing changes if its optimizer keeps no averages.
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
