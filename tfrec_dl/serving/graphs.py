"""Graphs that several signatures, and several exports, share, and branches that cost nothing where they are not taken.

Tracing takes most of the time of an export, and starting small operations most of the time of a request with rules.
"""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import tensorflow as tf
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

CALLED = "called"  # in the names of branches and loops
BRANCHES = ("If", "StatelessIf", "While", "StatelessWhile")


def traced_once(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function as one graph in all the graphs that call it, those of any export where it is a module's.

    Outside of graphs it is called as it is.
    """
    graph = tf.function(function, autograph=False, reduce_retracing=True)

    @wraps(function)
    def call(*inputs: Any) -> Any:
        return function(*inputs) if tf.executing_eagerly() else graph(*inputs)

    return call


def called_cond(condition: tf.Tensor, then: Callable[[], Any], otherwise: Callable[[], Any]) -> Any:
    """As `tf.cond`, where a branch is large and seldom taken."""
    return tf.cond(condition, then, otherwise, name=CALLED)


def call_branches(file: Path) -> None:
    """Has the branches of `called_cond`, and loops named `CALLED`, called as functions in a saved model.

    TensorFlow otherwise makes them part of the graph around them, where each operation of a branch that is not taken is
    still passed through, and each step of a loop takes four operations more for every value that it reads.

    Args:
        file: `saved_model.pb`.
    """
    saved = SavedModel.FromString(file.read_bytes())
    for graph in saved.meta_graphs:
        for function in graph.graph_def.library.function:
            for node in function.node_def:
                if node.op in BRANCHES and CALLED in node.name.rpartition("/")[2]:
                    node.attr["_lower_using_switch_merge"].b = False
    file.write_bytes(saved.SerializeToString(deterministic=True))
