"""Leave-last-out split: tests on each user's last interaction and validates on the one before it."""

from collections.abc import Sequence

import numpy as np

from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.splits.split import Split, check_interactions, split_by_part
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.errors import InputError


def leave_last_out(
    interactions: Interactions,
    min_count: int = 1,
    catalogue_ids: Sequence[str] | np.ndarray | None = None,
    vocabulary: Vocabulary | None = None,
) -> Split:
    """Tests on each user's last interaction and validates on the one before it.

    Users with fewer than three interactions are only trained on. A user's interactions are ordered by time, ties in
    table order; without times, by table order.

    Args:
        interactions: the interactions.
        min_count: fewest training interactions that an item needs to enter the vocabulary.
        catalogue_ids: known items, with or without interactions, for example because a model reads their features.
            Those without a training interaction join the vocabulary with count 0, in this order.
        vocabulary: vocabulary of a model that is trained or evaluated on the split. Items outside it are unknown, and
            items without a training interaction in it are not trained on. None builds one.

    Returns:
        The split; a test history consists of the training history and the validation item.

    Raises:
        InputError: if no user has three interactions, no item reaches `min_count` or is in `vocabulary`, or `min_count`
            or `catalogue_ids` is given together with a vocabulary.
    """
    check_interactions(interactions)
    counts = np.bincount(interactions.users, minlength=len(interactions.user_ids))
    longest = counts.max(initial=0)
    if longest < 3:
        raise InputError(f"no user has the 3 interactions that leave-last-out needs; the longest history has {longest}")
    users = interactions.users[interactions.order]
    after = np.cumsum(counts)[users] - 1 - np.arange(len(users))
    part = np.where(counts[users] >= 3, np.maximum(2 - after, 0), 0)
    return split_by_part(interactions, part, min_count, catalogue_ids, vocabulary)
