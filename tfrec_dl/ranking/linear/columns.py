"""Sparse columns of a linear model: one per user, item, feature value, and pair of values of two features."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.features.content import vocabulary_size
from tfrec_dl.ranking.data.batches import RankingRows
from tfrec_dl.ranking.fitted_state import FittedState

CATEGORIES = ("category", "multi_category")
MOST_ENTRIES = 10_000_000  # of the crosses, over all rows; the widest ones beyond it are left out
WIDEST = 10_000  # maximum number of columns per cross

Names = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class LinearColumns:
    """Blocks of columns for some rows, in a fixed order.

    Attributes:
        blocks: maps ("user",), ("item",), (feature,) for single columns and (feature, other) for crosses to [n, width].
    """

    blocks: Mapping[Names, sparse.csr_matrix]

    @classmethod
    def of(cls, state: FittedState, rows: RankingRows, crossed: Sequence[Names] | None = None) -> "LinearColumns":
        """Builds the columns of every impression of a table.

        A categorical feature has one column per value. A number has the columns of its reader, for example its
        piecewise linear encoding. Texts and pictures have none. A cross of two features consists of the products of
        their columns.

        Args:
            state: state that prepares the features.
            rows: rows of the table.
            crossed: pairs of features. None crosses all features except comparisons, narrowest first, up to
                `MOST_ENTRIES` entries and `WIDEST` columns each.
        """
        table = rows.impressions
        blocks: dict[Names, sparse.csr_matrix] = {
            ("user",): indicators(rows.users[table.users][:, None], state.users.trained_size),
            ("item",): indicators(rows.items[table.items][:, None], state.items.trained_size),
        }
        features = {}
        for name, values, categories in _prepared(state, rows):
            features[name] = sparse.csr_matrix(values) if categories is None else indicators(values, categories)
        blocks |= {(name,): matrix for name, matrix in features.items()}
        traits = {name: matrix for name, matrix in features.items() if name not in _compared(state)}
        for pair in _pairs(traits) if crossed is None else crossed:
            blocks[pair] = products(features[pair[0]], features[pair[1]])
        return cls(blocks)

    @property
    def matrix(self) -> sparse.csr_matrix:
        """Concatenates all blocks, [n, columns] float32."""
        return sparse.hstack(list(self.blocks.values()), format="csr", dtype=np.float32)

    def groups(self) -> np.ndarray:
        """Returns [columns] int: 0 for columns of ids, 1 for features, 2 for crosses."""
        found = [_group(names) for names in self.blocks]
        return np.repeat(found, [matrix.shape[1] for matrix in self.blocks.values()])

    def divided(self, weights: np.ndarray) -> dict[Names, np.ndarray]:
        """Splits weights [columns] by block; for crosses, the shape is [width of the first, width of the second]."""
        ends = np.cumsum([matrix.shape[1] for matrix in self.blocks.values()])[:-1]
        parts = dict(zip(self.blocks, np.split(weights, ends), strict=True))
        return {
            names: part if len(names) == 1 else part.reshape(self.blocks[names[:1]].shape[1], -1)
            for names, part in parts.items()
        }


def indicators(values: np.ndarray, size: int) -> sparse.csr_matrix:
    """Maps indices [n, C], where those below 2 mean none, to [n, size] float32, counts of each index per row."""
    rows, places = np.nonzero((values >= FIRST_ITEM) & (values < size))
    return sparse.csr_matrix((np.ones(len(rows), np.float32), (rows, values[rows, places])), (len(values), size))


def products(left: sparse.csr_matrix, right: sparse.csr_matrix) -> sparse.csr_matrix:
    """Maps [n, a] and [n, b] to [n, a * b]: per row, all products of an entry of one with an entry of the other."""
    of_right = np.diff(right.indptr)
    counts = np.diff(left.indptr) * of_right
    rows = np.repeat(np.arange(len(counts)), counts)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    i = left.indptr[rows] + within // of_right[rows]
    j = right.indptr[rows] + within % of_right[rows]
    columns = left.indices[i].astype(np.int64) * right.shape[1] + right.indices[j]
    shape = (left.shape[0], left.shape[1] * right.shape[1])
    return sparse.csr_matrix((left.data[i] * right.data[j], columns, np.append(0, np.cumsum(counts))), shape)


def _prepared(state: FittedState, rows: RankingRows) -> Iterator[tuple[str, np.ndarray, int | None]]:
    """Yields name, prepared values [n, ...] and number of known categories, None for numbers, of each feature."""
    table = rows.impressions
    indices = {"item_features": rows.items[table.items], "user_features": rows.users[table.users]}
    for part, kinds, preparation in state.prepared_features():
        known = rows.context if part == "context" else getattr(state, part).prepared
        for feature, kind in kinds.items():
            if kind not in (*CATEGORIES, "number"):
                continue
            values = np.asarray(known[feature])
            values = values if part == "context" else values[indices[part]]
            yield f"{part}/{feature}", values, vocabulary_size(preparation, feature) if kind in CATEGORIES else None


def _compared(state: FittedState) -> set[str]:
    """Returns the features that compare a candidate with others."""
    comparisons = None if state.context is None else state.context.comparisons
    return set() if comparisons is None else {f"context/{name}" for name in comparisons.names}


def _pairs(features: Mapping[str, sparse.csr_matrix]) -> list[Names]:
    """Returns the pairs of features to cross."""
    names = list(features)
    pairs: list[tuple[str, ...]] = [(a, b) for position, a in enumerate(names) for b in names[position + 1 :]]
    widths = {pair: features[pair[0]].shape[1] * features[pair[1]].shape[1] for pair in pairs}
    entries, kept = 0, []
    for pair in sorted(pairs, key=widths.__getitem__):
        each = np.diff(features[pair[0]].indptr).astype(np.int64) @ np.diff(features[pair[1]].indptr)
        if widths[pair] <= WIDEST and entries + each <= MOST_ENTRIES:
            kept.append(pair)
            entries += int(each)
    return kept


def _group(names: Names) -> int:
    if len(names) == 2:
        return 2
    return 0 if names[0] in ("user", "item") else 1
