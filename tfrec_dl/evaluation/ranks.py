"""Ranks the targets by scores of the whole catalogue; every metric is computed from these ranks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from tfrec_dl.data.vocabulary import FIRST_ITEM, Vocabulary
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.scorer import KnowsItems, Scorer, score_blocks
from tfrec_dl.evaluation.top_k import count_below, top_k_items
from tfrec_dl.metrics.rankings import Rankings

if TYPE_CHECKING:
    from tfrec_dl.data.histories import Histories
    from tfrec_dl.data.splits.evaluation_cases import EvaluationCases

# Scores held at once. 16 MB stays in the cache and below malloc's mmap threshold. A fresh 64 MB block costs more in
# page faults than the matrix product that fills it (measured: 42 ms against 10 ms).
BLOCK_BYTES = 16 * 2**20
# Fewest users scored at once. A matrix product of a few rows reads all item vectors for little work: at a million
# items, 4 rows at once cost 28 ms per user, 64 cost 3 ms.
BLOCK_USERS = 32


def users_at_once(catalogue_size: int) -> int:
    """Returns the default number of users that are scored at once."""
    return max(BLOCK_USERS, BLOCK_BYTES // (4 * catalogue_size))


def rank_targets(
    scorer: Scorer,
    cases: EvaluationCases,
    vocabulary: Vocabulary,
    keep_seen: bool = False,
    top_k: int = 0,
    block_size: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    candidates: np.ndarray | None = None,
) -> Rankings:
    """Ranks every target among the whole catalogue, or among the items that can be recommended.

    Args:
        scorer: scores histories; see `Scorer`.
        cases: histories and targets, row by row.
        vocabulary: vocabulary that the cases are encoded with.
        keep_seen: False masks the items of the history, as a service that recommends only new items would; True lets
            them be recommended.
        top_k: length of the recommended lists to keep; 0 makes none, which is faster.
        block_size: users scored at once; None takes about 16 MB of scores, and at least 32 users.
        progress: called with (users done, users in total) after each block.
        candidates: [vocabulary.size] bool, the items that can be recommended. Others are neither ranked nor counted,
            and a target that is not among them is a miss. Indices 0 and 1 are never candidates. None for every item.

    Returns:
        Ranks, candidates and lists. Memory beyond the result is a few times `block_size` x `vocabulary.size`.

    Raises:
        InputError: if there are no cases, a user has no target, the scorer, the cases or the candidates do not fit the
            vocabulary, or there are no candidates.
    """
    size = vocabulary.size
    check_cases(cases, vocabulary)
    if isinstance(scorer, KnowsItems):
        vocabulary.require_numbers_of(scorer.vocabulary, "the cases'")
    if block_size is not None and block_size < 1:
        raise InputError(f"block_size is {block_size}: use at least 1, or None to choose by the catalogue's size.")
    items, offsets = _distinct_targets(cases.targets, size)
    users = len(cases.histories)
    block_size = block_size or users_at_once(size)
    allowed = _allowed(candidates, size)
    excluded = ~allowed
    catalogue_size = int(np.count_nonzero(allowed))
    ranks = np.full(len(items), np.inf)
    counts = np.empty(users, dtype=np.int64)
    lists = np.zeros((users, top_k), dtype=np.int32)
    start = 0
    for scores in score_blocks(scorer, cases.histories, block_size):
        scores = _own(scores, size)
        stop = start + len(scores)
        rows = np.repeat(np.arange(len(scores)), np.diff(offsets[start : stop + 1]))
        targets = items[offsets[start] : offsets[stop]]
        seen = _seen_cells(cases.histories, start, stop, allowed) if not keep_seen else np.empty(0, dtype=np.int64)
        masked = size - catalogue_size + np.bincount(seen // size, minlength=len(scores))
        counts[start:stop] = size - masked
        cells = rows * size + targets
        ranked = allowed[targets] & ~_contains(seen, cells)
        thresholds = scores.ravel()[cells[ranked]]
        # Writing a slice is much faster than writing a mask.
        scores[:, slice(FIRST_ITEM) if candidates is None else excluded] = -np.inf
        scores.ravel()[seen] = -np.inf
        below = count_below(scores, rows[ranked], thresholds)
        # Masked cells hold -inf. They were counted as below every threshold above -inf, and below no other (including
        # NaN).
        below -= np.where(thresholds > -np.inf, masked[rows[ranked]], 0)
        ranks[offsets[start] : offsets[stop]][ranked] = counts[start:stop][rows[ranked]] - below
        if top_k > 0:
            lists[start:stop, : min(top_k, size)] = top_k_items(scores, min(top_k, size))
        start = stop
        if progress is not None:
            progress(stop, users)
    return Rankings(
        ranks, offsets, counts, lists, vocabulary.item_counts, cases.histories.user_ids, catalogue_size=catalogue_size
    )


def check_cases(cases: EvaluationCases, vocabulary: Vocabulary) -> None:
    """Checks that cases can be ranked.

    Raises:
        InputError: if there are no cases, a user has no target, or they are encoded with another vocabulary.
    """
    vocabulary_size = vocabulary.size
    histories, targets = cases.histories, cases.targets
    if len(histories) == 0:
        raise InputError(
            "there are no users to evaluate: the split has 0 cases; use a larger share or users with more interactions."
        )
    if len(histories) != len(targets):
        raise InputError(f"{len(histories)} histories but {len(targets)} rows of targets: cases must be row-aligned.")
    if targets.lengths.min() < 1:
        row = int(np.argmin(targets.lengths))
        raise InputError(f"user {targets.user_ids[row]!r} has no target: leave users without targets out of the cases.")
    for name, rows in (("history", histories), ("target", targets)):
        rows.require_numbers_of(vocabulary, "the cases'")
        if len(rows.items) and not 0 <= rows.items.min() <= rows.items.max() < vocabulary_size:
            worst = rows.items.max() if rows.items.max() >= vocabulary_size else rows.items.min()
            raise InputError(
                f"a {name} holds item index {worst}, but the vocabulary's size is {vocabulary_size}: encode it anew."
            )


def _distinct_targets(targets: Histories, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Items and offsets of the targets, each item of a user once; unknown items are indistinguishable and all stay."""
    items, offsets = targets.items.astype(np.int64), targets.offsets.astype(np.int64)
    offsets = offsets - offsets[0]
    if offsets[-1] == len(targets):
        return items, offsets
    users = np.repeat(np.arange(len(targets)), targets.lengths)
    cells = users * size + items
    keep = items < FIRST_ITEM
    keep[np.unique(np.where(keep, -1, cells), return_index=True)[1]] = True
    return items[keep], np.concatenate([[0], np.cumsum(np.bincount(users[keep], minlength=len(targets)))])


def _allowed(candidates: np.ndarray | None, size: int) -> np.ndarray:
    """Returns which items can be recommended at all, [size] bool."""
    if candidates is None:
        return np.arange(size) >= FIRST_ITEM
    mask = np.asarray(candidates)
    if mask.shape != (size,) or mask.dtype != np.bool_:
        raise InputError(f"candidates are {mask.dtype} of shape {mask.shape}: pass a bool mask of shape ({size},).")
    mask = mask.copy()
    mask[:FIRST_ITEM] = False
    if not mask.any():
        raise InputError(f"none of {size - FIRST_ITEM} items is a candidate: the mask must hold at least one.")
    return mask


def _seen_cells(histories: Histories, start: int, stop: int, allowed: np.ndarray) -> np.ndarray:
    """Returns sorted distinct flat positions, in the block's scores, of the allowed items in its histories."""
    offsets = histories.offsets[start : stop + 1]
    items = histories.items[offsets[0] : offsets[-1]].astype(np.int64)
    cells = np.repeat(np.arange(stop - start), np.diff(offsets)) * len(allowed) + items
    cells = np.sort(cells[allowed[items]])  # np.unique would hash, which is ten times slower
    return cells[np.concatenate([[True], cells[1:] != cells[:-1]])] if len(cells) else cells


def _contains(sorted_cells: np.ndarray, cells: np.ndarray) -> np.ndarray:
    if len(sorted_cells) == 0:
        return np.zeros(len(cells), dtype=bool)
    found = np.minimum(np.searchsorted(sorted_cells, cells), len(sorted_cells) - 1)
    return np.asarray(sorted_cells[found] == cells)


def _own(scores: np.ndarray, size: int) -> np.ndarray:
    if scores.ndim != 2 or scores.shape[1] != size:
        raise InputError(f"the scorer returned scores of shape {scores.shape}, but each row must have {size} columns.")
    return np.require(scores, dtype=None if scores.dtype == np.float64 else np.float32, requirements=["C", "W"])
