"""A loaded SavedModel that answers requests, from this package or any other source."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

from tfrec_dl.server.statuses import Code, RequestError, invalid
from tfrec_dl.serving.loaded_export import LoadedExport
from tfrec_dl.serving.names import RECOMMEND_EXCLUDING, SERVING_DEFAULT
from tfrec_dl.serving.refusals import refusal_of

Arrays = Mapping[str, np.ndarray]
LONGEST_MESSAGE = 2000  # maximum number of characters of a TensorFlow error sent to a client


class LoadedVersion:
    """A loaded version of a model.

    Args:
        name: name of the model.
        number: number of the version.
        folder: folder of the SavedModel.

    Attributes:
        saved_model: result of `tf.saved_model.load`.
        signature_defs: maps names to `SignatureDef`, as in the served graph.
        items: width of its scores if it is a recommender of this package, otherwise None.
    """

    def __init__(self, name: str, number: int, folder: Path) -> None:
        self.name = name
        self.number = number
        self.folder = folder
        self.signature_defs = _signature_defs(folder)
        self.saved_model = tf.saved_model.load(str(folder))
        is_ours = RECOMMEND_EXCLUDING in self.signature_defs
        self.items = LoadedExport(folder, self.saved_model).size if is_ours else None

    def signature_def(self, name: str) -> Any:
        """Returns the signature of a request; "" is TensorFlow's default.

        Raises:
            RequestError: if no signature has the name.
        """
        name = name or SERVING_DEFAULT
        if name not in self.signature_defs:
            raise invalid(f'Serving signature name: "{name}" not found in signature def')
        return self.signature_defs[name]

    def run(self, signature: str, inputs: Arrays) -> dict[str, np.ndarray]:
        """Computes the outputs of a signature.

        Args:
            signature: name of the signature; "" is TensorFlow's default.
            inputs: all its inputs, with the right types.

        Raises:
            RequestError: if the graph rejects the inputs or fails.
        """
        infos = self.signature_def(signature).inputs
        function = self.saved_model.signatures[signature or SERVING_DEFAULT]
        for name, value in inputs.items() if self.items is not None else ():
            _check_shape(name, value, infos[name].tensor_shape)
        try:
            tensors = {name: tf.constant(value, infos[name].dtype, value.shape) for name, value in inputs.items()}
            return {name: _array(value) for name, value in function(**tensors).items()}
        except tf.errors.InvalidArgumentError as error:
            raise invalid(refusal_of(error)[:LONGEST_MESSAGE]) from error
        except tf.errors.OpError as error:
            raise RequestError(Code(error.error_code), str(error.message)[:LONGEST_MESSAGE]) from error
        except MemoryError as error:
            raise RequestError(Code.RESOURCE_EXHAUSTED, "out of memory: send fewer rows, or shorter ones.") from error
        except (TypeError, ValueError) as error:  # for inputs that the function does not take
            raise invalid(str(error)[:LONGEST_MESSAGE]) from error


def _signature_defs(folder: Path) -> dict[str, Any]:
    saved = saved_model_pb2.SavedModel.FromString((folder / "saved_model.pb").read_bytes())
    for graph in saved.meta_graphs:
        if "serve" in graph.meta_info_def.tags:
            found = {}
            for name, signature in graph.signature_def.items():
                found[name] = type(signature)()
                found[name].CopyFrom(signature)  # stored alone, because it would otherwise keep the whole graph alive
            return found
    raise ValueError(f"{folder} has no graph with the tag serve")


def _array(value: tf.Tensor) -> np.ndarray:
    """Returns the values as an array; for a text without shape, TensorFlow returns bytes."""
    found = value.numpy()
    return np.array(found, object) if isinstance(found, bytes) else np.asarray(found)


def _check_shape(name: str, value: np.ndarray, shape: Any) -> None:
    """Rejects another shape with a one-line error; TF Serving does not check, and lets the graph fail or answer."""
    if shape.unknown_rank:
        return
    sizes = [dim.size for dim in shape.dim]
    fits = len(sizes) == value.ndim and all(size in (-1, given) for size, given in zip(sizes, value.shape, strict=True))
    if not fits:
        wanted = ",".join("?" if size == -1 else str(size) for size in sizes)
        given = ",".join(map(str, value.shape))
        raise invalid(f"Cannot feed value of shape [{given}] for input {name}, which has shape [{wanted}]")
