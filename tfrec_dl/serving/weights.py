"""Variables and lookup tables that an exported function reads."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from tfrec_dl.errors import InputError


def traced(function: Callable[..., Any], signature: Sequence[Any]) -> tf.types.experimental.ConcreteFunction:
    """Traces a function as one graph that is saved unchanged; a `tf.function` would be traced again when saved.

    Args:
        function: function of tensors.
        signature: a `TensorSpec`, or a dictionary of them, for each argument.
    """
    return tf.function(function, input_signature=signature).get_concrete_function()


def variables_read(function: tf.types.experimental.ConcreteFunction) -> list[tf.Variable]:
    """Returns only the variables that a function reads, so no optimizer slots or metrics.

    Raises:
        InputError: if one of their values is not finite.
    """
    variables: list[tf.Variable] = sorted(function.graph.variables, key=lambda variable: variable.name)
    for variable in variables:
        if variable.dtype.is_floating:
            require_finite(variable.numpy(), f"the weights {variable.name}")
    return variables


def lookup_tables(layer: Any) -> list[Any]:
    """Returns all lookup tables in a Keras layer, model or module."""
    nodes = tf.train.TrackableView(layer).descendants()
    return [node for node in nodes if isinstance(node, tf.saved_model.experimental.TrackableResource)]


def require_finite(values: np.ndarray, name: str) -> None:
    """Raises InputError if a value is NaN or infinite."""
    if not np.isfinite(values).all():
        raise InputError(f"{name} hold NaN or infinity: the training diverged, lower the learning rate.")
