"""Random split: divides each user's interactions at random into training, validation and test."""

from collections.abc import Sequence

import numpy as np

from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.splits.split import Split, check_interactions, check_shares, split_by_part
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.errors import InputError


def random_by_user(
    interactions: Interactions,
    validation_share: float = 0.1,
    test_share: float = 0.2,
    seed: int = 0,
    min_count: int = 1,
    catalogue_ids: Sequence[str] | np.ndarray | None = None,
    vocabulary: Vocabulary | None = None,
) -> Split:
    """Tests on a random share of each user's interactions, and validates on another share.

    This is the protocol of much work on collaborative filtering, for example CFGAN (Chae et al., CIKM 2018). It does
    not ask what a user does next, because training contains interactions from after those tested on. To estimate how a
    recommender will perform in use, split by time.

    Each user's parts are these shares of their interactions, rounded half to even. At least one interaction of each
    user stays in training, so users with too few are only trained on.

    Args:
        interactions: the interactions.
        validation_share: share of each user's interactions to validate on, between 0 and 1.
        test_share: share of each user's interactions to test on, between 0 and 1.
        seed: seed of the split.
        min_count: fewest training interactions that an item needs to enter the vocabulary.
        catalogue_ids: known items, with or without interactions, for example because a model reads their features.
            Those without a training interaction join the vocabulary with count 0, in this order.
        vocabulary: as for `leave_last_out`.

    Returns:
        The split; a test history is the user's training and validation interactions in time order, ties in table order.

    Raises:
        InputError: if the shares leave nothing, no user has enough interactions for a part, or for items as in
            `leave_last_out`.
    """
    check_interactions(interactions)
    check_shares(validation_share, test_share)
    counts = np.bincount(interactions.users, minlength=len(interactions.user_ids))
    tested = np.minimum(np.rint(counts * test_share).astype(np.int64), counts - 1)
    validated = np.minimum(np.rint(counts * validation_share).astype(np.int64), counts - 1 - tested)
    for part, share, sizes in (("validation", validation_share, validated), ("test", test_share, tested)):
        if not sizes.any():
            raise InputError(
                f"the {part} part is empty: it is a share of {share} of each user's interactions, rounded, and the "
                f"longest history has {counts.max(initial=0)}; bring longer histories, or choose a larger share"
            )
    users = interactions.users[interactions.order]
    drawn = np.random.default_rng(seed).permutation(len(users))
    place = np.empty(len(users), dtype=np.int64)  # position of each interaction in its user's draw
    place[np.lexsort((drawn, users))] = np.arange(len(users)) - (np.cumsum(counts) - counts)[users]
    part_of = np.select([place < tested[users], place < (tested + validated)[users]], [2, 1], 0)
    return split_by_part(interactions, part_of, min_count, catalogue_ids, vocabulary)
