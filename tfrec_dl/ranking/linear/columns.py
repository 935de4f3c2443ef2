"""Sparse columns of a linear model: one a user, an item, a value of a feature, and a pair of values of two features."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.features.content import vocabulary_size
from tfrec_dl.ranking.data.batches import RankingRows
from tfrec_dl.ranking.fitted_state import FittedState

CATEGORIES = ("category", "multi_category")
MOST_ENTRIES = 10_000_000  # of the crosses, over all rows: beyond it the widest are left out
WIDEST = 10_000  # columns of one cross

Names = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class LinearColumns:
    """Blocks of columns of some rows, in a fixed order.

    Attributes:
        blocks: ("user",), ("item",), (feature,) for single columns and (feature, other) for crosses -> [n, width].
    """

    blocks: Mapping[Names, sparse.csr_matrix]

    @classmethod
    def of(cls, state: FittedState, rows: RankingRows, crossed: Sequence[Names] | None = None) -> "LinearColumns":
        """The columns of every impression of a table.

        A category has a column a value; a number those of its reader, for example its piecewise linear encoding. Texts
        and pictures have none. The pairs of two features are the products of their columns.

        Args:
            state: what prepares the features.
            rows: the table.
            crossed: pairs of features; None for all but the comparisons, the narrowest first, up to `MOST_ENTRIES`
                entries and `WIDEST` columns each.
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
        """All blocks side by side, [n, columns] float32."""
        return sparse.hstack(list(self.blocks.values()), format="csr", dtype=np.float32)

    def groups(self) -> np.ndarray:
        """[columns] int: 0 for the columns of ids, 1 of features, 2 of crosses."""
        found = [_group(names) for names in self.blocks]
        return np.repeat(found, [matrix.shape[1] for matrix in self.blocks.values()])

    def divided(self, weights: np.ndarray) -> dict[Names, np.ndarray]:
        """Weights [columns] by block, those of crosses [width of the one, width of the other]."""
        ends = np.cumsum([matrix.shape[1] for matrix in self.blocks.values()])[:-1]
        parts = dict(zip(self.blocks, np.split(weights, ends), strict=True))
        return {
            names: part if len(names) == 1 else part.reshape(self.blocks[names[:1]].shape[1], -1)
            for names, part in parts.items()
        }


def indicators(values: np.ndarray, size: int) -> sparse.csr_matrix:
    """Indices [n, C], those below 2 for none -> [n, size] float32, how often a row has an index."""
    rows, places = np.nonzero((values >= FIRST_ITEM) & (values < size))
    return sparse.csr_matrix((np.ones(len(rows), np.float32), (rows, values[rows, places])), (len(values), size))


def products(left: sparse.csr_matrix, right: sparse.csr_matrix) -> sparse.csr_matrix:
    """[n, a] and [n, b] -> [n, a * b]: of each row all products of an entry of the one with one of the other."""
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
    """Name, prepared values [n, ...] and the categories known, None for numbers, of each feature."""
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
    """The features that compare a candidate with others."""
    comparisons = None if state.context is None else state.context.comparisons
    return set() if comparisons is None else {f"context/{name}" for name in comparisons.names}


def _pairs(features: Mapping[str, sparse.csr_matrix]) -> list[Names]:
    """The pairs that are crossed."""
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
