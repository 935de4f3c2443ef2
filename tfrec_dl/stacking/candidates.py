"""Candidate lists for fitting a blender: a target, its competitors, and a sample of the other items."""

from dataclasses import dataclass

import numpy as np

from tfrec_dl.data.histories import Histories
from tfrec_dl.data.splits.evaluation_cases import EvaluationCases
from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.errors import InputError
from tfrec_dl.stacking.blender_configuration import BlenderConfig
from tfrec_dl.stacking.members import Members, MemberScores

NEVER = -1e9  # log weight of a place without an item


@dataclass(frozen=True, eq=False)
class CandidateLists:
    """Candidate lists, one per user.

    Attributes:
        scores: member scores as arrays, with the target first.
        log_weights: [N, C] float32 logarithm of the number of items that each candidate represents.
        rows: [N] int64 row of each list in the cases.
    """

    scores: MemberScores
    log_weights: np.ndarray
    rows: np.ndarray

    def __len__(self) -> int:
        """Returns the number of lists."""
        return len(self.rows)

    def select(self, chosen: np.ndarray) -> "CandidateLists":
        """Returns some of the lists."""
        return CandidateLists(
            MemberScores(*(part[chosen] for part in self.scores)), self.log_weights[chosen], self.rows[chosen]
        )

    def ranks(self, scores: np.ndarray) -> np.ndarray:
        """Returns [N] float64 rank of each target by scores [N, C]; ties count against it."""
        ahead = np.where(scores[:, 1:] >= scores[:, :1], np.exp(self.log_weights[:, 1:]), 0.0)
        return 1.0 + ahead.sum(axis=1)

    def found(self, best: int) -> "CandidateLists":
        """Returns the lists whose target is among the `best` highest of some member, without the sampled items.

        If most targets are found by no member, their likelihood depends mainly on how the members differ far down their
        lists, and a blender fitted on it gives a poor top ten.
        """
        own = [self.ranks(self.scores.scores[:, :, member]) for member in range(self.scores.scores.shape[2])]
        chosen = self.select(np.flatnonzero(np.min(own, axis=0) <= best))
        log_weights = np.where(chosen.log_weights > 0, NEVER, chosen.log_weights)
        return CandidateLists(chosen.scores, log_weights, chosen.rows)


def candidate_lists(
    members: Members, cases: EvaluationCases, config: BlenderConfig, keep_seen: bool = False
) -> CandidateLists:
    """Builds lists for users with a history and a target that can be recommended, which is known and not masked.

    A softmax over all items needs the scores of all items. It is estimated from a few: the items that some member ranks
    high, which make up almost all of it and count once each; and a uniform sample of the others, each of which counts
    for as many items as were left out. Items of the history are no candidates unless seen items are kept, as in
    evaluation.

    Args:
        members: members whose scores are blended.
        cases: cases to learn from; only the first target of each user counts.
        config: sizes and seed.
        keep_seen: whether items of the history can be recommended.

    Raises:
        InputError: if no case can be used.
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
    parts: list[CandidateLists] = []
    for rows, block in members.blocks(histories):
        scores = block.scores.numpy()
        masked = histories.select(rows[:0] if keep_seen else rows)
        items, log_weights = _choose(scores, masked, targets[rows], config, generator)
        taken = np.take_along_axis(scores, items[:, :, np.newaxis], axis=1)
        found = MemberScores(taken, block.spread.numpy(), block.length.numpy())
        parts.append(CandidateLists(found, log_weights, usable[rows]))
    together = (np.concatenate(arrays) for arrays in zip(*(part.scores for part in parts), strict=True))
    return CandidateLists(
        MemberScores(*together),
        np.concatenate([part.log_weights for part in parts]),
        np.concatenate([part.rows for part in parts]),
    )


def _first_targets(cases: EvaluationCases, keep_seen: bool) -> np.ndarray:
    """Returns [H] int64 the first target of each user that can be recommended; 0 if there is none."""
    found = np.zeros(len(cases), dtype=np.int64)
    for row in np.flatnonzero(cases.histories.lengths).tolist():
        wanted = cases.targets.row(row)
        new = wanted[(wanted >= FIRST_ITEM) & (keep_seen | ~np.isin(wanted, cases.histories.row(row)))]
        found[row] = new[0] if len(new) else 0
    return found


def _choose(
    scores: np.ndarray, histories: Histories, targets: np.ndarray, config: BlenderConfig, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Chooses the candidates of a block of users.

    Args:
        scores: [B, V, M].
        histories: B histories whose items are masked, or none.
        targets: [B].
        config: sizes.
        generator: generator of the samples.

    Returns:
        Items [B, C] int64 and their log weights [B, C] float32.
    """
    users = np.arange(len(targets))
    free = np.ones(scores.shape[:2], dtype=bool)
    free[:, :FIRST_ITEM] = False
    free[np.repeat(np.arange(len(histories)), histories.lengths), histories.items] = False
    free[users, targets] = False
    items = [targets[:, np.newaxis]]
    log_weights = [np.zeros((len(users), 1), dtype=np.float32)]

    def take(keys: np.ndarray, count: int) -> np.ndarray:
        """Takes the free items with the highest keys; returns [B, count] whether each is an item."""
        keys = np.where(free, keys, -np.inf)
        count = min(count, keys.shape[1])
        highest = np.argpartition(-keys, count - 1, axis=1)[:, :count]
        was_free = np.take_along_axis(free, highest, axis=1)
        np.put_along_axis(free, highest, False, axis=1)
        items.append(highest)
        return was_free

    for member in range(scores.shape[2]):
        log_weights.append(np.where(take(scores[:, :, member], config.best), 0.0, NEVER).astype(np.float32))
    others = np.count_nonzero(free, axis=1)
    sampled = take(generator.random(free.shape, dtype=np.float32), config.sampled)
    share = np.log(np.maximum(others, 1) / np.maximum(np.count_nonzero(sampled, axis=1), 1))
    log_weights.append(np.where(sampled, share[:, np.newaxis], NEVER).astype(np.float32))
    return np.concatenate(items, axis=1), np.concatenate(log_weights, axis=1)
