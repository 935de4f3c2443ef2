"""Signatures of an export as data: the source of functions, warm-up, model card, verification and documentation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from tfrec_dl.serving.features import FeatureInput

# Axes: B requests, L history items, N items or candidates, E excluded items; others are sizes of the model.
HISTORY = "L"
SAMPLES: dict[str, float] = {"image": 128, "number": 1.0}  # example values by kind of feature; other kinds are texts
FIXED_SIZES = dict.fromkeys("EOMXCAP", 1) | {"H": 64, "W": 64, "RGB": 3}  # size of these axes in examples


@dataclass(frozen=True)
class TensorInfo:
    """An input or output of a signature.

    Attributes:
        dtype: its type.
        axes: maps each axis name to its size, or to None if requests may differ in it.
        sample: for an input, what its examples hold: ids to use in turn, or one value for every place.
        feature: for an input, the raw feature whose values it takes, if any.
    """

    dtype: tf.DType
    axes: Mapping[str, int | None]
    sample: tuple[str, ...] | str | float = ""
    feature: FeatureInput | None = None

    @property
    def shape(self) -> tf.TensorShape:
        """Its static shape."""
        return tf.TensorShape(list(self.axes.values()))

    def __str__(self) -> str:
        """Formats type and axes, as in "float32 [B, D]"."""
        return f"{self.dtype.name} [{', '.join(self.axes)}]"

    def example(self, rows: int, length: int) -> np.ndarray:
        """Returns a value with `rows` rows of `length` places; the first of several histories is empty: a new user."""
        sizes = [FIXED_SIZES.get(axis, size or length) for axis, size in self.axes.items()]
        shape = [rows, *sizes[1:]]
        dtype = object if self.dtype == tf.string else self.dtype.as_numpy_dtype
        values = np.broadcast_to(np.resize(np.array(self.sample, dtype), shape[-1]), shape).copy()
        if HISTORY in self.axes and rows > 1:
            values[0] = "" if self.dtype == tf.string else 0
        return values


@dataclass(frozen=True)
class Signature:
    """One function of an export.

    Attributes:
        name: name that requests use.
        description: a sentence or two for authors of requests.
        inputs: maps names to inputs; a request must give all of them.
        outputs: maps names to outputs.
        function: takes the inputs by name and returns the outputs; traced when the export is written.
        also: further names of the signature.
    """

    name: str
    description: str
    inputs: Mapping[str, TensorInfo]
    outputs: Mapping[str, TensorInfo]
    function: Callable[..., Mapping[str, tf.Tensor]]
    also: tuple[str, ...] = ()

    @property
    def reads_histories(self) -> bool:
        """Whether an input has a history axis."""
        return any(HISTORY in info.axes for info in self.inputs.values())

    def concrete(self) -> tf.types.experimental.ConcreteFunction:
        """Returns the TensorFlow function, with inputs and outputs as declared."""

        def call(**inputs: tf.Tensor) -> dict[str, tf.Tensor]:
            found = self.function(**inputs)
            return {name: tf.ensure_shape(found[name], info.shape) for name, info in self.outputs.items()}

        specs = {name: tf.TensorSpec(info.shape, info.dtype, name) for name, info in self.inputs.items()}
        return tf.function(call).get_concrete_function(**specs)

    def example(self, rows: int, length: int) -> dict[str, np.ndarray]:
        """Returns an example request.

        Args:
            rows: rows of every input.
            length: number of items in each history, and of candidates to rank.
        """
        return {name: info.example(rows, length) for name, info in self.inputs.items()}


def concrete_functions(signatures: list[Signature]) -> dict[str, tf.types.experimental.ConcreteFunction]:
    """Returns the functions of an export, under each of their names."""
    functions = [(signature, signature.concrete()) for signature in signatures]
    return {name: function for signature, function in functions for name in (signature.name, *signature.also)}


def ids(*axes: str, sample: tuple[str, ...] = ()) -> TensorInfo:
    """Returns an input or output of ids as text."""
    return TensorInfo(tf.string, dict.fromkeys(axes), sample)


def numbers(*axes: str) -> TensorInfo:
    """Returns an input or output of float32 numbers, NaN for missing values."""
    return TensorInfo(tf.float32, dict.fromkeys(axes), 1.0)


def raw_features(features: tuple[FeatureInput, ...], *axes: str) -> dict[str, TensorInfo]:
    """Returns the inputs that take raw feature values."""
    found = {}
    for each in features:
        sides: dict[str, int | None] = {"H": None, "W": None, "RGB": 3} if each.kind == "image" else {}
        sample = SAMPLES.get(each.kind, "some words")
        found[each.name] = TensorInfo(each.spec.dtype, dict.fromkeys(axes) | sides, sample, each)
    return found
