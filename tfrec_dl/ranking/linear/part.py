"""The linear part of a ranker, which is fitted before the network is trained and then stays fixed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import tensorflow as tf

from tfrec_dl.errors import InputError
from tfrec_dl.files import replacing
from tfrec_dl.ranking.linear.columns import Names

SEPARATOR = "\n"  # does not occur in names of features


@dataclass(frozen=True, eq=False)
class LinearPart:
    """The weights of a linear model, by block of columns.

    Attributes:
        weights: weights as returned by `LinearColumns.divided`, float32.
        intercept: constant added to every score.
        penalties: penalties of ids, features and crosses.
    """

    weights: Mapping[Names, np.ndarray]
    intercept: float
    penalties: tuple[float, ...]

    def save(self, path: Path) -> None:
        """Writes the linear part as .npz; the file appears only once it is complete."""
        arrays: dict[str, Any] = {f"{number}": values for number, values in enumerate(self.weights.values())}
        arrays["names"] = np.array([SEPARATOR.join(each) for each in self.weights])
        arrays |= {"intercept": self.intercept, "penalties": np.array(self.penalties)}
        with replacing(path) as temporary, temporary.open("wb") as file:
            np.savez(file, **arrays)

    @classmethod
    def load(cls, path: Path) -> LinearPart:
        """Reads a file written by `save`.

        Raises:
            InputError: if the file is damaged.
        """
        try:
            with np.load(path, allow_pickle=False) as found:
                names = [tuple(str(name).split(SEPARATOR)) for name in found["names"]]
                weights = {each: found[f"{number}"] for number, each in enumerate(names)}
                return cls(weights, float(found["intercept"]), tuple(found["penalties"].tolist()))
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
            raise InputError(f"{path} cannot be read: delete its run and train it again.") from error

    def score(self, inputs: Mapping[str, tf.Tensor]) -> tf.Tensor:
        """Adds the linear part to a functional graph: inputs of `FixedLinear` -> [R, 1]."""
        layer = FixedLinear([(names, values.shape) for names, values in self.weights.items()])
        found = layer({name: inputs[name] for names in self.weights for name in names})
        layer.set_weights([*self.weights.values(), np.float32(self.intercept)])
        return found


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class FixedLinear(tf.keras.layers.Layer):
    """A linear score with weights that are not trained.

    Args:
        blocks: names and shapes of the weights, as in `LinearPart.weights`.
    """

    def __init__(self, blocks: Sequence[tuple[Sequence[str], Sequence[int]]], **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.blocks = [(tuple(names), tuple(int(size) for size in shape)) for names, shape in blocks]
        self._blocks_weights = [
            self.add_weight(f"block_{number}", shape, initializer="zeros", trainable=False)
            for number, (_, shape) in enumerate(self.blocks)
        ]
        self.intercept = self.add_weight("intercept", (), initializer="zeros", trainable=False)

    def call(self, inputs: Mapping[str, tf.Tensor]) -> tf.Tensor:
        """Maps ids [R] int32, categories [R, C] int32 and numbers [R, D] float32, by name, to [R, 1]."""
        found = []
        for (names, shape), weights in zip(self.blocks, self._blocks_weights, strict=True):
            if len(names) == 1:
                found.append(_single(inputs[names[0]], weights))
            else:
                left, right = (_dense(inputs[name], size) for name, size in zip(names, shape, strict=True))
                found.append(tf.reduce_sum(tf.linalg.matmul(left, weights) * right, axis=1))
        return (tf.add_n(found) + self.intercept)[:, None]

    def get_config(self) -> dict:
        """Returns the arguments needed to build the layer again."""
        return {**super().get_config(), "blocks": self.blocks}


def _single(values: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
    """Maps [R] or [R, D] of one input, and weights [width], to [R]."""
    if not values.dtype.is_integer:
        return tf.linalg.matvec(values, weights)
    found = tf.gather(weights, values)
    return found if found.shape.rank == 1 else tf.reduce_sum(found, axis=1)


def _dense(values: tf.Tensor, size: int) -> tf.Tensor:
    """Maps categories [R, C] to counts [R, size]; returns numbers unchanged."""
    return tf.reduce_sum(tf.one_hot(values, size), axis=1) if values.dtype.is_integer else values
