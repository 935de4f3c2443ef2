"""Temporal split: tests on the last interactions of all users by time."""

from collections.abc import Sequence

import numpy as np

from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.splits.split import Split, check_interactions, check_shares, split_by_part
from tfrec_dl.data.tables.times import show_time
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.errors import InputError


def temporal(
    interactions: Interactions,
    validation_share: float = 0.1,
    test_share: float = 0.1,
    min_count: int = 1,
    catalogue_ids: Sequence[str] | np.ndarray | None = None,
    vocabulary: Vocabulary | None = None,
) -> Split:
    """Tests on the latest interactions of all users, and validates on those before them.

    Interactions at the same time stay together, in the earlier part. Every user active in a period is a case of it,
    including new users, whose history is empty.

    Args:
        interactions: the interactions, with times.
        validation_share: share of the interactions to validate on, between 0 and 1; ties make it smaller.
        test_share: share of the interactions to test on, between 0 and 1; ties make it smaller.
        min_count: fewest training interactions that an item needs to enter the vocabulary.
        catalogue_ids: known items, with or without interactions, for example because a model reads their features.
            Those without a training interaction join the vocabulary with count 0, in this order.
        vocabulary: as for `leave_last_out`.

    Returns:
        The split; a test history contains everything of that user from before the test period.

    Raises:
        InputError: if there are no times, the shares leave nothing, ties leave a part empty, or for items as in
            `leave_last_out`.
    """
    check_interactions(interactions)
    if interactions.times is None:
        raise InputError("a temporal split needs times, and the interactions have none: name the time column")
    check_shares(validation_share, test_share)
    count = len(interactions)
    ordered = np.sort(interactions.times)
    tested = max(1, round(count * test_share))
    validated = max(1, round(count * validation_share))
    if count <= tested + validated:
        raise InputError(f"{count} interactions are too few for a temporal split: it needs at least 3")
    cuts = ordered[[count - tested - validated - 1, count - tested - 1]]
    part = np.searchsorted(cuts, interactions.times[interactions.order], side="left")
    sizes = np.bincount(part, minlength=3)
    if not sizes.all():
        empty = "validation" if not sizes[1] else "test"
        raise InputError(
            f"the {empty} part is empty: too many interactions share the time "
            f"{show_time(cuts[1], interactions.time_unit)}; give finer times, or choose another split"
        )
    return split_by_part(interactions, part, min_count, catalogue_ids, vocabulary)
