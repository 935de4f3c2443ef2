"""Sharing of graphs between signatures and exports, and branches that cost nothing if they are not taken.

Tracing takes most of the time of an export, and launching small operations most of the time of a request with rules.
"""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import tensorflow as tf
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

CALLED = "called"  # marker in the names of branches and loops
BRANCHES = ("If", "StatelessIf", "While", "StatelessWhile")


def traced_once(function: Callable[..., Any]) -> Callable[..., Any]:
    """Traces a function once; all graphs that call it share its graph, across exports for module-level functions.

    Outside of graphs, the function is called directly.
    """
    graph = tf.function(function, autograph=False, reduce_retracing=True)

    @wraps(function)
    def call(*inputs: Any) -> Any:
        return function(*inputs) if tf.executing_eagerly() else graph(*inputs)

    return call


def called_cond(condition: tf.Tensor, then: Callable[[], Any], otherwise: Callable[[], Any]) -> Any:
    """Works like `tf.cond`, for large branches that are seldom taken."""
    return tf.cond(condition, then, otherwise, name=CALLED)


def call_branches(file: Path) -> None:
    """Makes a saved model call the branches of `called_cond`, and loops named `CALLED`, as functions.

    By default, TensorFlow inlines them in the surrounding graph. Then every operation of an untaken branch is still
    visited, and each step of a loop needs four extra operations for every value that it reads.

    Args:
        file: path of `saved_model.pb`.
    """
    saved = SavedModel.FromString(file.read_bytes())
    for graph in saved.meta_graphs:
        for function in graph.graph_def.library.function:
            for node in function.node_def:
                if node.op in BRANCHES and CALLED in node.name.rpartition("/")[2]:
                    node.attr["_lower_using_switch_merge"].b = False
    file.write_bytes(saved.SerializeToString(deterministic=True))
