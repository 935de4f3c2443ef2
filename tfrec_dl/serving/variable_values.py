"""Giving variables of a SavedModel other values, its graph as it was."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf.trackable_object_graph_pb2 import TrackableObjectGraph

CHECKPOINT = Path("variables") / "variables"
OBJECTS = "_CHECKPOINTABLE_OBJECT_GRAPH"  # under this name a checkpoint says which object has which name in it
FINGERPRINT = "fingerprint.pb"  # of the values too, so that the copy's would be wrong


def copy_with_values(source: Path, target: Path, values: Mapping[tuple[str, ...], np.ndarray]) -> None:
    """Copies a SavedModel, some of its variables with other values.

    Saving a loaded model again would wrap its functions once more each time.

    Args:
        source: folder of the model.
        target: folder of the copy, which exists.
        values: path of a variable, attributes from the root on -> its value, of any length where the variable is.
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
    """A variable's name in the checkpoint."""
    node = objects.nodes[0]
    for name in path:
        node = objects.nodes[next(child.node_id for child in node.children if child.local_name == name)]
    return str(node.attributes[0].checkpoint_key)
