"""Cold-start split: holds items out completely, to evaluate on items without interactions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from tfrec_dl.data.histories import Histories
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.splits.evaluation_cases import EvaluationCases
from tfrec_dl.data.splits.leave_last_out import leave_last_out
from tfrec_dl.data.splits.split import Split, check_interactions
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.errors import InputError

WARM, VALIDATION, TEST = 0, 1, 2


@dataclass(frozen=True, eq=False)
class ColdStartSplit:
    """A split into warm items (leave-last-out) and cold items, which occur in no training part and no history.

    **What a cold case is.** Each user with interactions with cold test items is one case of `cold_test`. The target
    is the last of these interactions. The history is the user's warm items from before it, in `Interactions.order`;
    among equal times, those that come earlier in the table. The history may be empty. `cold_validation` is the same
    for the cold validation items.

    **What a history may contain, and why nothing leaks.** It contains only warm items from before the target. These
    may include the user's warm validation item and, in `cold_test` only, the warm test item: a history is read, not
    trained on, and a service would know it too. Histories of `cold_validation` leave the warm test item out, so
    nothing chosen on validation has seen a test target. No cold item is in a history, a training row or a warm
    target. So nothing about how a cold item was used, nor that it exists, can be learned. One limitation remains, as
    in any leave-last-out split: training contains what users, including this one, did with warm items after the
    target's time.

    Attributes:
        split: leave-last-out over the interactions with warm items. Its vocabulary holds the trained items, most
            frequent first; then, with count 0, the cold items in order of first appearance in the table, then the
            remaining `catalogue_ids`. A warm item without a training interaction is included only if `catalogue_ids`
            names it; otherwise it is unknown, and counts as a miss.
        cold_validation: cases whose targets are cold validation items, one target per row.
        cold_test: cases whose targets are cold test items, one target per row.
        validation_items: [V] bool, V = `split.vocabulary.size`: the cold validation items.
        test_items: [V] bool: the cold test items.
        held_out_counts: [V] int64 interactions with each cold item, 0 for all others. Only for a baseline that peeks; a
            model must not see them.
    """

    split: Split
    cold_validation: EvaluationCases
    cold_test: EvaluationCases
    validation_items: np.ndarray
    test_items: np.ndarray
    held_out_counts: np.ndarray

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary of all parts."""
        return self.split.vocabulary

    @property
    def warm_items(self) -> np.ndarray:
        """Returns which items have training interactions, [V] bool."""
        return self.vocabulary.item_counts > 0

    def without_test(self) -> "ColdStartSplit":
        """Returns the same split with the validation cases and items in place of those of the test."""
        return replace(
            self,
            split=self.split.without_test(),
            cold_test=self.cold_validation,
            test_items=self.validation_items,
        )


def hold_out_items(
    interactions: Interactions,
    test_share: float = 0.2,
    validation_share: float = 0.05,
    by: Literal["random", "first_appearance"] = "random",
    seed: int = 0,
    catalogue_ids: Sequence[str] | np.ndarray | None = None,
) -> ColdStartSplit:
    """Holds a share of the items out of training and histories, and tests on them.

    Args:
        interactions: the interactions.
        test_share: share of the items to test on, above 0, rounded to whole items.
        validation_share: share of the items to validate on, above 0, rounded to whole items.
        by: "random" samples the items uniformly; the sample depends on the seed and the set of ids, not on the row
            order. "first_appearance" takes the newest items by the time of their first interaction: the last ones to
            test on, those before them to validate on; among equal times, those that come later in the table.
        seed: seed of the sample.
        catalogue_ids: known items, with or without interactions; see `ColdStartSplit.split`.

    Returns:
        The split.

    Raises:
        InputError: if the shares leave nothing, `by` is unknown or needs times that are missing, or no user has three
            interactions with warm items.
    """
    check_interactions(interactions)
    part_of_item = _part_of_item(interactions, test_share, validation_share, by, seed)
    warm = part_of_item[interactions.items] == WARM
    cold_ids = interactions.item_ids[part_of_item != WARM]
    further = cold_ids if catalogue_ids is None else [*cold_ids, *catalogue_ids]
    split = leave_last_out(interactions.select(warm), catalogue_ids=further)
    indices = split.vocabulary.encode(interactions.item_ids)

    def mask(part: int) -> np.ndarray:
        items = np.zeros(split.vocabulary.size, dtype=bool)
        items[indices[part_of_item == part]] = True
        return items

    return ColdStartSplit(
        split=split,
        cold_validation=_cold_cases(interactions, part_of_item, VALIDATION, split.vocabulary),
        cold_test=_cold_cases(interactions, part_of_item, TEST, split.vocabulary),
        validation_items=mask(VALIDATION),
        test_items=mask(TEST),
        held_out_counts=np.bincount(indices[interactions.items[~warm]], minlength=split.vocabulary.size),
    )


def _part_of_item(
    interactions: Interactions, test_share: float, validation_share: float, by: str, seed: int
) -> np.ndarray:
    """Assigns WARM, VALIDATION or TEST to each of `interactions.item_ids`, [I] int."""
    if not (test_share > 0 and validation_share > 0 and test_share + validation_share < 1):
        shares = f"test_share is {test_share} and validation_share {validation_share}"
        raise InputError(f"{shares}: both must be above 0 and their sum below 1")
    items = len(interactions.item_ids)
    tested, validated = round(items * test_share), round(items * validation_share)
    if not (tested and validated and tested + validated < items):
        parts = f"{tested} to test and {validated} to validate on"
        raise InputError(f"of {items} items the shares hold out {parts}: bring more items, or choose another split")
    if by == "random":
        order = np.argsort(interactions.item_ids, kind="stable")
        order = order[np.random.default_rng(seed).permutation(items)]
    elif by == "first_appearance":
        if interactions.times is None:
            raise InputError("items by first appearance need times, and the interactions have none: use by='random'")
        by_time = np.argsort(interactions.times, kind="stable")
        # The first occurrence of each item in time: a reversed assignment keeps the earliest.
        first = np.empty(items, dtype=np.int64)
        first[interactions.items[by_time[::-1]]] = np.arange(len(interactions))[::-1]
        order = np.argsort(-first)
    else:
        raise InputError(f"by is {by!r}: use 'random' or 'first_appearance'")
    part = np.full(items, WARM)
    part[order[:tested]] = TEST
    part[order[tested : tested + validated]] = VALIDATION
    return part


def _cold_cases(
    interactions: Interactions, part_of_item: np.ndarray, part: int, vocabulary: Vocabulary
) -> EvaluationCases:
    """Builds each user's case: the last interaction with an item of the part, and the warm items from before it.

    Args:
        interactions: all interactions.
        part_of_item: [I] int, the result of `_part_of_item`.
        part: VALIDATION or TEST.
        vocabulary: vocabulary of the split.

    Returns:
        One row per user with such an interaction.
    """
    order, indices = interactions.order, vocabulary.encode(interactions.item_ids)
    users, items = interactions.users[order], interactions.items[order]
    parts = part_of_item[items]
    target = np.full(len(interactions.user_ids), -1)  # position in `order`
    positions = np.flatnonzero(parts == part)
    target[users[positions]] = positions  # the last assignment stays
    past = (parts == WARM) & (np.arange(len(order)) < target[users])
    if part == VALIDATION:
        past[_warm_test_positions(users, parts)] = False
    active = target >= 0

    def pack(kept: np.ndarray) -> Histories:
        weights = None if interactions.weights is None else interactions.weights[order[kept]]
        packed = Histories.from_rows(users[kept], indices[items[kept]], interactions.user_ids, weights)
        return packed.numbered_by(vocabulary)

    return EvaluationCases(pack(np.flatnonzero(past)).known().select(active), pack(target[active]).select(active))


def _warm_test_positions(users: np.ndarray, parts: np.ndarray) -> np.ndarray:
    """Positions, in `Interactions.order`, of the targets that leave-last-out tests on among the warm interactions."""
    warm = np.flatnonzero(parts == WARM)
    counts = np.bincount(users[warm])
    last = warm[np.cumsum(counts)[counts > 0] - 1]
    return last[counts[users[last]] >= 3]
