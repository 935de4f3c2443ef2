"""Candidate lists that a blender is fitted on: a target and its competitors, of what the members rank highest."""

from dataclasses import dataclass

import numpy as np

from tfrec_dl.data.histories import Histories
from tfrec_dl.data.splits.evaluation_cases import EvaluationCases
from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.errors import InputError
from tfrec_dl.stacking.blender_configuration import BlenderConfig
from tfrec_dl.stacking.members import Members, MemberScores


@dataclass(frozen=True, eq=False)
class CandidateLists:
    """One list a user.

    Attributes:
        scores: of the members, as arrays; the target comes first.
        listed: [N, C] bool whether each place holds an item.
        rows: [N] int64 row of the cases that each list is of.
    """

    scores: MemberScores
    listed: np.ndarray
    rows: np.ndarray

    def __len__(self) -> int:
        """The number of lists."""
        return len(self.rows)

    def select(self, chosen: np.ndarray) -> "CandidateLists":
        """Some of the lists."""
        return CandidateLists(
            MemberScores(*(part[chosen] for part in self.scores)), self.listed[chosen], self.rows[chosen]
        )


def candidate_lists(
    members: Members, cases: EvaluationCases, config: BlenderConfig, keep_seen: bool = False
) -> CandidateLists:
    """Lists for users whose target is among the items that some member ranks highest; these items are the candidates.

    A blender can bring forward nothing else. From a target that no member finds it would learn how the members differ
    far down their lists, which spoils the first ten. Items of the history are no candidates unless seen items are kept,
    as in evaluation.

    Args:
        members: whose scores are blended.
        cases: to learn from; of a user's targets the first that is known and not masked counts.
        config: sizes and seed.
        keep_seen: whether items of the history can be recommended.

    Returns:
        The lists, none where the members find no target.

    Raises:
        InputError: if no user has a history and a target that can be recommended.
    """
    targets = _first_targets(cases, keep_seen)
    usable = np.flatnonzero(targets >= FIRST_ITEM)
    if not len(usable):
        raise InputError(
            f"none of the {len(cases)} validation users has a history and a known new item after it: the blender "
            "cannot be fitted; bring longer histories."
        )
    generator = np.random.default_rng(config.seed)
    if len(usable) > config.cases:
        usable = np.sort(generator.choice(usable, config.cases, replace=False))
    histories, targets = cases.histories.select(usable), targets[usable]
    each = max(1, config.candidates // len(members.names))
    parts = []
    for rows, block in members.blocks(histories):
        masked = histories.select(rows[:0] if keep_seen else rows)
        parts.append(_lists_of_block(block, masked, targets[rows], usable[rows], each))
    together = (np.concatenate(arrays) for arrays in zip(*(part.scores for part in parts), strict=True))
    return CandidateLists(
        MemberScores(*together),
        np.concatenate([part.listed for part in parts]),
        np.concatenate([part.rows for part in parts]),
    )


def _first_targets(cases: EvaluationCases, keep_seen: bool) -> np.ndarray:
    """[H] int64 the first target of each user that can be recommended; 0 where there is none."""
    found = np.zeros(len(cases), dtype=np.int64)
    for row in np.flatnonzero(cases.histories.lengths).tolist():
        wanted = cases.targets.row(row)
        new = wanted[(wanted >= FIRST_ITEM) & (keep_seen | ~np.isin(wanted, cases.histories.row(row)))]
        found[row] = new[0] if len(new) else 0
    return found


def _lists_of_block(
    block: MemberScores, masked: Histories, targets: np.ndarray, cases: np.ndarray, each: int
) -> CandidateLists:
    """Lists of the users of a block whose target is found.

    Args:
        block: scores of the whole catalogue, [B, V, M].
        masked: whose items are masked, B; or none.
        targets: [B].
        cases: [B] rows of the cases.
        each: items that a member adds.
    """
    scores, users = block.scores.numpy(), np.arange(len(targets))
    free = np.ones(scores.shape[:2], dtype=bool)
    free[:, :FIRST_ITEM] = False
    free[np.repeat(np.arange(len(masked)), masked.lengths), masked.items] = False
    free[users, targets] = False
    ahead = np.count_nonzero(free[:, :, np.newaxis] & (scores >= scores[users, targets][:, np.newaxis]), axis=1)
    found = np.flatnonzero((ahead < each).any(axis=1))
    scores, free = scores[found], free[found]
    items, listed = [targets[found, np.newaxis]], [np.ones((len(found), 1), dtype=bool)]
    for member in range(scores.shape[2]):
        keys = np.where(free, scores[:, :, member], -np.inf)
        count = min(each, keys.shape[1])
        highest = np.argpartition(-keys, count - 1, axis=1)[:, :count]
        listed.append(np.take_along_axis(free, highest, axis=1))
        np.put_along_axis(free, highest, False, axis=1)
        items.append(highest)
    taken = np.take_along_axis(scores, np.concatenate(items, axis=1)[:, :, np.newaxis], axis=1)
    chosen = MemberScores(taken, block.spread.numpy()[found], block.length.numpy()[found])
    return CandidateLists(chosen, np.concatenate(listed, axis=1), cases[found])
