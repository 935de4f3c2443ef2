"""Log lines on the size of a split of interactions."""

from collections.abc import Iterator

import numpy as np

from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.splits.split import Split
from tfrec_dl.data.vocabulary import FIRST_ITEM, UNKNOWN


def split_report(name: str, split: Split, interactions: Interactions, min_count: int) -> Iterator[str]:
    """Yields lines on the sizes of the parts, and on what they leave out.

    Args:
        name: name of the split.
        split: split of the interactions.
        interactions: all interactions.
        min_count: training interactions that an item needs.
    """
    yield (
        f"split {name}: {len(split.train.items):,} interactions of {len(split.train):,} users to train on, "
        f"{len(split.vocabulary.ids):,} items; {len(split.validation):,} users to validate on, "
        f"{len(split.test):,} to test on"
    )
    if min_count > 1:
        yield _left_out(min_count, interactions, split)
    repeated = int(split.test.seen_targets().sum())
    if repeated:
        yield (
            f"{repeated:,} of {len(split.test.targets.items):,} items to find in the test are in the same user's "
            "history: they count as misses while seen items are masked (--keep-seen lets them compete)"
        )


def _left_out(min_count: int, interactions: Interactions, split: Split) -> str:
    """Describes what falls below `min_count`."""
    rare = len(interactions.item_ids) - (split.vocabulary.trained_size - FIRST_ITEM)
    held_out = len(split.validation.targets.items) + len(split.test.targets.items)
    dropped = len(interactions) - held_out - len(split.train.items)
    missed = np.count_nonzero(split.test.targets.items == UNKNOWN)
    return (
        f"{rare:,} items have fewer than {min_count:,} training interactions: their {dropped:,} interactions are "
        f"left out, and {missed:,} of {len(split.test.targets.items):,} items to find in the test are such items and "
        "count as misses"
    )
