"""How raw features are named and shaped in requests."""

import keyword
import os
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import tensorflow as tf

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.catalogue.feature_kinds import Kind
from tfrec_dl.data.tables.reading import TableFile
from tfrec_dl.errors import InputError

ROWS_AT_ONCE = 1_024  # bounds the memory that pictures take

Table: TypeAlias = "Catalogue | pd.DataFrame | str | PathLike[str]"


@dataclass(frozen=True)
class FeatureInput:
    """A feature, and the input of a signature that takes its raw values.

    Attributes:
        feature: its name in the catalogue.
        kind: its kind there.
        name: of the input: the feature's name made an identifier.
    """

    feature: str
    kind: Kind
    name: str

    @property
    def spec(self) -> tf.TensorSpec:
        """[N] string, [N] float32 for a number, [N, H, W, 3] uint8 for a picture."""
        if self.kind == "image":
            return tf.TensorSpec([None, None, None, 3], tf.uint8, self.name)
        return tf.TensorSpec([None], tf.float32 if self.kind == "number" else tf.string, self.name)


def feature_inputs(kinds: Mapping[str, Kind], reserved: Collection[str] = ()) -> tuple[FeatureInput, ...]:
    """Names the inputs.

    Args:
        kinds: feature -> kind.
        reserved: names of the signature's other inputs.

    Raises:
        InputError: if two features come to the same name, or one to a reserved name.
    """
    found: dict[str, FeatureInput] = {}
    for feature, kind in kinds.items():
        name = _identifier(feature)
        taken = {known.lower(): known for known in (*reserved, *found)}.get(name.lower())
        if taken is not None:
            other = f"feature {found[taken].feature!r}" if taken in found else f"input {taken!r}"
            raise InputError(
                f"feature {feature!r} is called {name!r} in requests, as is the {other}: rename the feature."
            )
        found[name] = FeatureInput(feature, kind, name)
    return tuple(found.values())


def embed_features(
    function: Callable[..., Mapping[str, tf.Tensor]], inputs: Sequence[FeatureInput], catalogue: Catalogue
) -> np.ndarray:
    """Runs a signature over a catalogue's rows, some at a time.

    Args:
        function: takes the inputs by name and gives {"vectors": [N, D]}.
        inputs: its features.
        catalogue: their values, checked by `as_catalogue`; further features are ignored.

    Returns:
        [n, D] float32.
    """
    blocks = []
    for start in range(0, max(len(catalogue), 1), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        blocks.append(function(**tensors(inputs, catalogue, rows))["vectors"].numpy())
    return np.concatenate(blocks)


def tensors(inputs: Sequence[FeatureInput], catalogue: Catalogue, rows: slice) -> dict[str, tf.Tensor]:
    """Rows of a catalogue that `as_catalogue` has checked, as a signature takes them."""
    return {each.name: tf.constant(catalogue.columns[each.feature][rows], each.spec.dtype) for each in inputs}


def as_catalogue(table: Table, inputs: Sequence[FeatureInput], id_column: str) -> Catalogue:
    """Reads a table into a model's features, whatever its values look like; other columns are ignored.

    Args:
        table: a frame, or a CSV or Parquet file; a `Catalogue` is only checked.
        inputs: the features.
        id_column: column of ids.

    Raises:
        InputError: if the table lacks a feature, or a catalogue has it as another type, and as `Catalogue.read`.
    """
    if isinstance(table, Catalogue):
        _require_all(inputs, table.kinds)
        _require_types(inputs, table)
        return table
    frame = table if isinstance(table, pd.DataFrame) else None
    header = [str(name) for name in frame.columns] if frame is not None else TableFile(os.fspath(table)).header
    kinds: dict[str, Any] = {name: "ignore" for name in header if name and name != id_column}
    _require_all(inputs, kinds)
    kinds |= {each.feature: each.kind for each in inputs}
    if frame is not None:
        return Catalogue.from_frame(frame, id_column, kinds)
    return Catalogue.read(os.fspath(table), id_column, kinds)


def _require_all(inputs: Sequence[FeatureInput], columns: Collection[str]) -> None:
    missing = [repr(each.feature) for each in inputs if each.feature not in columns]
    if missing:
        raise InputError(
            f"the table lacks the features {', '.join(missing)}: give a column for each, "
            "empty where a value is not known."
        )


def _require_types(inputs: Sequence[FeatureInput], catalogue: Catalogue) -> None:
    for each in inputs:
        kind = catalogue.kinds[each.feature]
        if FeatureInput(each.feature, kind, each.name).spec != each.spec:
            raise InputError(
                f"feature {each.feature!r} is read as {kind!r}, but the model takes {each.kind!r}: "
                f"read the table with kinds={{{each.feature!r}: {each.kind!r}}}."
            )


def _identifier(feature: str) -> str:
    """The name with anything but ASCII letters, digits and "_" replaced; TensorFlow takes no other as input names."""
    name = re.sub(r"\W", "_", feature, flags=re.ASCII).strip("_")
    if not name or name[0].isdigit():
        name = f"feature_{name}".rstrip("_")
    return f"{name}_" if keyword.iskeyword(name) or name == "self" else name
