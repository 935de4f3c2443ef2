"""Compact arrays of attributes: each value is stored once, found by its hash, and lists the items that have it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import tensorflow as tf

from tfrec_dl.data.catalogue.feature_kinds import SEPARATOR
from tfrec_dl.errors import InputError
from tfrec_dl.serving.attributes.columns import AttributeColumns

HASHES = 2**63 - 1


def compact_arrays(columns: AttributeColumns) -> dict[str, np.ndarray]:
    """Returns the arrays that a graph reads.

    Args:
        columns: A attributes of items by index.

    Returns:
        `names` [A]; `kinds` [A + 1], "" at the end; `number_rows` [A + 1], the row of each numeric attribute in
        `numbers` [numbers, size], 0 for others; `texts` [V] "name=value" and their `hashes`, increasing, including "";
        `holders`, the items that have each text, starting at `holder_offsets` [V + 1]; `codes`, the value codes of
        attribute a and item i, starting at `code_offsets[a * size + i]`: positions in `texts`, or for a number its
        rank.
    """
    size, names = columns.size, list(columns.kinds)
    numbers: list[np.ndarray] = []
    rows = np.zeros(len(names) + 1, np.int32)
    texts, holders, owners, own_codes = [""], [], [], []
    for place, name in enumerate(names):
        if columns.kinds[name] == "number":
            rows[place] = len(numbers)
            numbers.append(np.asarray(columns.columns[name], np.float32))
            items = np.flatnonzero(~np.isnan(numbers[-1]))
            codes = np.unique(numbers[-1][items], return_inverse=True)[1]
        else:
            items, values = columns.values(name)
            local, distinct = pd.factorize(values)
            codes = local + len(texts)
            texts += [f"{name}={value}" for value in distinct]
            holders.append((codes, items))
        owners.append(place * size + items)
        own_codes.append(codes)

    hashes = tf.strings.to_hash_bucket_fast(tf.constant(texts), HASHES).numpy()
    order = np.argsort(hashes, kind="stable")
    if len(np.unique(hashes)) < len(hashes):
        raise InputError("two attribute values have the same hash, which happens by chance: leave one attribute out.")
    place_of = np.argsort(order)
    codes, items = (
        np.concatenate([np.zeros(0, np.int64), *each]) for each in (zip(*holders, strict=True) if holders else ((), ()))
    )
    by_text = np.lexsort([items, place_of[codes]])
    counts = np.bincount(place_of[codes], minlength=len(texts))
    cells = np.concatenate([np.zeros(0, np.int64), *owners])
    in_order = [
        own if kind == "number" else place_of[own] for own, kind in zip(own_codes, columns.kinds.values(), strict=True)
    ]
    every_code = np.concatenate([np.zeros(0, np.int64), *in_order])
    per_cell = np.bincount(cells, minlength=max(len(names) * size, 1))
    return {
        "names": np.array(names, dtype=object),
        "kinds": np.array([*columns.kinds.values(), ""], dtype=object),
        "number_rows": rows,
        "numbers": np.array(numbers, np.float32).reshape(-1, size),
        "texts": np.array(texts, dtype=object)[order],
        "hashes": hashes[order],
        "holder_offsets": _offsets(counts),
        "holders": items[by_text].astype(np.int32),
        "code_offsets": _offsets(per_cell),
        "codes": np.append(every_code[np.argsort(cells, kind="stable")], -1).astype(np.int32),
    }


def saved_columns(attributes: Any) -> AttributeColumns:
    """Returns the columns that an export holds.

    Args:
        attributes: the `ItemAttributes` of a loaded SavedModel.
    """
    return restored_columns({name: value.numpy() for name, value in attributes.contents().items()})


def restored_columns(arrays: Mapping[str, np.ndarray]) -> AttributeColumns:
    """Restores the columns from which arrays were made.

    Args:
        arrays: the arrays of `compact_arrays`, with texts as bytes.
    """
    size = arrays["numbers"].shape[1]
    names, kinds = ([value.decode() for value in arrays[key]] for key in ("names", "kinds"))
    texts = np.array([text.decode() for text in arrays["texts"]], dtype=object)
    of_holder = np.repeat(np.arange(len(texts)), np.diff(arrays["holder_offsets"]))
    columns: dict[str, np.ndarray] = {}
    for name, kind, row in zip(names, kinds, arrays["number_rows"], strict=False):
        if kind == "number":
            columns[name] = arrays["numbers"][row]
            continue
        mine = [place for place, text in enumerate(texts) if text.startswith(f"{name}=")]
        taken = np.isin(of_holder, mine)
        values = [text[len(name) + 1 :] for text in texts[of_holder[taken]]]
        joined = pd.Series(values, index=arrays["holders"][taken], dtype=object).groupby(level=0).agg(SEPARATOR.join)
        columns[name] = np.full(size, "", dtype=object)
        columns[name][joined.index] = joined.to_numpy()
    return AttributeColumns(size, dict(zip(names, kinds, strict=False)), columns)


def _offsets(counts: np.ndarray) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
