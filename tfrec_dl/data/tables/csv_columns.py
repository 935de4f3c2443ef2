"""Converts the text columns of a CSV file to the requested types."""

from collections.abc import Collection

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

NUMBER = r"[+-]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
"""Numbers as programs write them, for `re` and Arrow; "007" is a code instead."""
FLOAT_ID = r"^(-?(?:0|[1-9]\d*))\.0$"
"""An integer that was written as a float."""


def float_ids(table: pa.Table | pa.RecordBatch, ids: Collection[str]) -> list[str]:
    """Finds columns of ids written from floats, such as "318.0", which pandas makes of integers with gaps.

    The first block of a file decides for the whole file, so that reading it as a whole or block by block is the same.
    """
    found = []
    for name in ids:
        chunks = table[name].chunks if isinstance(table, pa.Table) else [table[name]]
        if chunks and len(texts := chunks[0].dictionary) and pc.all(pc.match_substring_regex(texts, FLOAT_ID)).as_py():
            found.append(name)
    return found


def without_points(table: pa.Table | pa.RecordBatch, names: Collection[str]) -> pa.Table | pa.RecordBatch:
    """Returns the table with "318" for "318.0" in some columns."""
    for name in names:
        texts = pc.replace_substring_regex(table[name].cast(pa.string()), FLOAT_ID, r"\1")
        table = table.set_column(table.schema.get_field_index(name), name, texts.dictionary_encode())
    return table


def frame_of(table: pa.Table, typed: Collection[str], kindless: Collection[str]) -> pd.DataFrame:
    """Converts columns of text to those of pandas; see `TableFile.read`."""
    typed, kindless = set(typed), set(kindless)
    columns = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        columns[name] = _typed(column) if name in typed else _measured(column) if name in kindless else column
    return pa.table(columns).unify_dictionaries().to_pandas()


def _measured(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Converts text to numbers if these hold every value to the last digit; otherwise returns it unchanged."""
    if column.null_count == len(column) or not pc.all(pc.match_substring_regex(column, f"^(?:{NUMBER})$")).as_py():
        return column
    numbers = _typed(column)
    if pa.types.is_integer(numbers.type) and numbers.null_count:
        try:
            return numbers.cast(pa.float64())  # as pandas does later
        except pa.ArrowInvalid:
            return column
    return numbers


def _typed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Converts text to int64, float64 or datetimes if every value spells one; otherwise returns it unchanged."""
    for kind in (pa.int64(), pa.float64(), pa.timestamp("us")):
        try:
            found = column.cast(kind)
        except pa.ArrowInvalid:
            continue
        # 1e400 is infinite; an error about it must show the original text.
        if not (pa.types.is_floating(kind) and pc.any(pc.is_inf(found)).as_py()):
            return found
    return column
