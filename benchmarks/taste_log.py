"""A synthetic log of a large catalogue: groups of tastes, Zipf's popularity, and every item at least once."""

import numpy as np

from tfrec_dl.data.histories import Histories
from tfrec_dl.data.splits.evaluation_cases import EvaluationCases
from tfrec_dl.data.splits.split import Split
from tfrec_dl.data.vocabulary import FIRST_ITEM, Vocabulary

GROUP_SIZE = 500  # items of a group of tastes, on average
TASTES = 4  # groups that a user takes items from
STAYS = 0.8  # probability of taking the next item from the same group
HELD_OUT = 2  # last items of a user: to validate, to test


def taste_log(items: int, users: int, length: int, seed: int = 0) -> Split:
    """Histories of users who each take items from a few groups, popular ones of a group more often.

    Sizes of groups are log-normal, and a group is as popular as it is large; the r-th item of a group is taken about
    1 / r as often as the first. One training interaction of each item is certain as far as its group has so many.

    Args:
        items: of the catalogue.
        users: how many.
        length: items of each.
        seed: decides all.

    Returns:
        Training, validation and test by each user's last items; items without a training interaction are left out.
    """
    generator = np.random.default_rng(seed)
    groups = max(items // GROUP_SIZE, TASTES)
    shares = generator.lognormal(0.0, 1.0, groups)
    cuts = np.round(np.cumsum(shares) / shares.sum() * items).astype(np.int64)
    starts, sizes = np.concatenate([[0], cuts[:-1]]), np.diff(cuts, prepend=0)
    tastes = generator.choice(groups, (users, TASTES), p=sizes / items)
    moves = generator.random((users, length)) > STAYS
    moves[:, 0] = True
    since = np.maximum.accumulate(np.where(moves, np.arange(length), 0), axis=1)
    taste = np.take_along_axis(generator.integers(0, TASTES, (users, length)), since, axis=1)
    group = np.take_along_axis(tastes, taste, axis=1)
    rank = (sizes[group] ** generator.random(group.shape)).astype(np.int64) - 1
    _once_each(rank[:, :-HELD_OUT], group[:, :-HELD_OUT], sizes, generator)
    taken = starts[group] + np.clip(rank, 0, np.maximum(sizes[group] - 1, 0))
    return _split(taken, items)


def _once_each(rank: np.ndarray, group: np.ndarray, sizes: np.ndarray, generator: np.random.Generator) -> None:
    """Gives as many places of each group, chosen at random, as it has items to one of them each."""
    shuffled = generator.permutation(group.size)
    order = shuffled[np.argsort(group.ravel()[shuffled], kind="stable")]
    counts = np.bincount(group.ravel(), minlength=len(sizes))
    place = np.arange(group.size) - np.repeat(np.cumsum(counts) - counts, counts)
    chosen = order[place < np.repeat(sizes, counts)]
    rank[np.unravel_index(chosen, rank.shape)] = place[place < np.repeat(sizes, counts)]


def _split(taken: np.ndarray, items: int) -> Split:
    users, length = taken.shape
    counts = np.bincount(taken[:, :-HELD_OUT].ravel(), minlength=items)
    by_count = np.argsort(-counts, kind="stable")
    known = int((counts > 0).sum())
    index = np.zeros(items, np.int32)
    index[by_count[:known]] = FIRST_ITEM + np.arange(known)
    vocabulary = Vocabulary(np.array([f"item-{item}" for item in by_count[:known]], object), counts[by_count[:known]])
    indices = index[taken]
    names = np.array([f"user-{user}" for user in range(users)], object)

    def rows(part: np.ndarray) -> Histories:
        kept = part > 0
        return Histories.from_rows(np.nonzero(kept)[0], part[kept], names).numbered_by(vocabulary)

    def cases(place: int) -> EvaluationCases:
        return EvaluationCases(rows(indices[:, :place]), rows(indices[:, place:][:, :1]))

    return Split(vocabulary, rows(indices[:, :-HELD_OUT]), cases(length - 2), cases(length - 1))
