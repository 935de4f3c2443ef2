"""Graphs that several signatures, and several exports, share: tracing takes most of the time of an export."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import tensorflow as tf


def traced_once(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function as one graph in all the graphs that call it, those of any export where it is a module's.

    Outside of graphs it is called as it is.
    """
    graph = tf.function(function, autograph=False, reduce_retracing=True)

    @wraps(function)
    def call(*inputs: Any) -> Any:
        return function(*inputs) if tf.executing_eagerly() else graph(*inputs)

    return call
