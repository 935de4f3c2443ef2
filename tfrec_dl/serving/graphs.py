"""Parts of graphs that several signatures of an export share: tracing takes most of the time of an export."""

from collections.abc import Callable
from typing import Any

import tensorflow as tf


def traced_once(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function as one graph in all the graphs that call it; outside of graphs it is called as it is."""
    graph = tf.function(function, autograph=False, reduce_retracing=True)
    return lambda *inputs: function(*inputs) if tf.executing_eagerly() else graph(*inputs)
