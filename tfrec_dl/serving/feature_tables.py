"""Conversion of tables of raw features to inputs of a signature."""

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from os import PathLike
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import tensorflow as tf

from tfrec_dl.arguments import require_type
from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.tables.reading import TableFile
from tfrec_dl.errors import InputError
from tfrec_dl.serving.features import FeatureInput

ROWS_AT_ONCE = 1_024  # limits the memory used by pictures

Table: TypeAlias = Catalogue | pd.DataFrame | str | PathLike[str]


def embed_features(
    function: Callable[..., Mapping[str, tf.Tensor]], inputs: Sequence[FeatureInput], catalogue: Catalogue
) -> np.ndarray:
    """Runs a signature over the rows of a catalogue in batches.

    Args:
        function: takes the inputs by name and returns {"vectors": [N, D]}.
        inputs: feature inputs of the function.
        catalogue: feature values, checked by `as_catalogue`; further features are ignored.

    Returns:
        [n, D] float32.
    """
    blocks = []
    for start in range(0, max(len(catalogue), 1), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        blocks.append(function(**tensors(inputs, catalogue, rows))["vectors"].numpy())
    return np.concatenate(blocks)


def tensors(inputs: Sequence[FeatureInput], catalogue: Catalogue, rows: slice) -> dict[str, tf.Tensor]:
    """Converts rows of a catalogue checked by `as_catalogue` to the inputs of a signature."""
    return {each.name: tf.constant(catalogue.columns[each.feature][rows], each.spec.dtype) for each in inputs}


def as_catalogue(table: Table, inputs: Sequence[FeatureInput], id_column: str) -> Catalogue:
    """Reads a table as features of the given kinds, whatever its values look like; ignores other columns.

    Args:
        table: a frame, or a CSV or Parquet file; a `Catalogue` is only checked.
        inputs: feature inputs to read.
        id_column: column of ids.

    Raises:
        InputError: if the table lacks a feature, or a catalogue holds it as another kind; and as in `Catalogue.read`.
    """
    if isinstance(table, Catalogue):
        _require_all(inputs, table.kinds)
        _require_types(inputs, table)
        return table
    require_type(table, (pd.DataFrame, str, PathLike), "the table", "give a frame, a path or a Catalogue")
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
