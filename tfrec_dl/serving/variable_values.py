"""Replacement of variable values in a SavedModel, with the graph unchanged."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf.trackable_object_graph_pb2 import TrackableObjectGraph

CHECKPOINT = Path("variables") / "variables"
OBJECTS = "_CHECKPOINTABLE_OBJECT_GRAPH"  # checkpoint entry that maps objects to their names in the checkpoint
FINGERPRINT = "fingerprint.pb"  # covers the values too, so it would be wrong for the copy


def copy_with_values(source: Path, target: Path, values: Mapping[tuple[str, ...], np.ndarray]) -> None:
    """Copies a SavedModel with new values for some of its variables.

    Saving a loaded model again would instead add another wrapper around its functions each time.

    Args:
        source: folder of the model.
        target: existing folder for the copy.
        values: maps a variable's path, as attribute names from the root, to its value, of any length if the variable
            allows it.
    """
    without = shutil.ignore_patterns(CHECKPOINT.parent.name, FINGERPRINT)
    shutil.copytree(source, target, dirs_exist_ok=True, ignore=without)
    old, new = str(source / CHECKPOINT), str(target / CHECKPOINT)
    dtypes = tf.train.load_checkpoint(old).get_variable_to_dtype_map()
    names, whole = list(dtypes), [""] * len(dtypes)
    restored = tf.raw_ops.RestoreV2(
        prefix=old, tensor_names=names, shape_and_slices=whole, dtypes=[dtypes[name] for name in names]
    )
    tensors = dict(zip(names, restored, strict=True))
    objects = TrackableObjectGraph.FromString(tensors[OBJECTS].numpy())
    for path, value in values.items():
        key = _key(objects, path)
        tensors[key] = tf.constant(value, dtypes[key])
    (target / CHECKPOINT.parent).mkdir(exist_ok=True)
    tf.raw_ops.SaveV2(prefix=new, tensor_names=names, shape_and_slices=whole, tensors=list(tensors.values()))


def _key(objects: TrackableObjectGraph, path: tuple[str, ...]) -> str:
    """Returns a variable's name in the checkpoint."""
    node = objects.nodes[0]
    for name in path:
        node = objects.nodes[next(child.node_id for child in node.children if child.local_name == name)]
    return str(node.attributes[0].checkpoint_key)
