"""Evaluation cases: held-out targets and the histories before them."""

from dataclasses import dataclass

import numpy as np

from tfrec_dl.data.histories import Histories
from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.errors import InputError


@dataclass(frozen=True, eq=False)
class EvaluationCases:
    """Histories to recommend for, with the held-out targets.

    Attributes:
        histories: [H] rows: what each user did before.
        targets: [H] rows of the same users: what each did next, at least one item per row; items outside the vocabulary
            stay, as 1.
    """

    histories: Histories
    targets: Histories

    def __len__(self) -> int:
        """Returns the number of users."""
        return len(self.histories)

    def __repr__(self) -> str:
        """Shows the number of users and targets on one line."""
        return f"EvaluationCases({len(self):,} users, {len(self.targets.items):,} targets)"

    def sample(self, users: int) -> "EvaluationCases":
        """Returns at most this many users, always the same ones, in their order."""
        if len(self) <= users:
            return self
        rows = np.sort(np.random.default_rng(0).choice(len(self), users, replace=False))
        return EvaluationCases(self.histories.select(rows), self.targets.select(rows))

    def seen_targets(self) -> np.ndarray:
        """Returns which targets also occur in their history, [T] bool; masking seen items turns these into misses."""
        size = 1 + max(self.histories.items.max(initial=0), self.targets.items.max(initial=0))
        seen, wanted = (
            np.repeat(np.arange(len(part), dtype=np.int64), part.lengths) * size + part.items
            for part in (self.histories, self.targets)
        )
        return np.isin(wanted, seen)

    def refuse_masked(self, part: str, keep_seen: bool) -> None:
        """Raises InputError if nothing can be measured, because each target is in its history or unknown.

        Args:
            part: name of the cases, for example "validation".
            keep_seen: whether items in the history can be recommended.
        """
        if keep_seen:
            return
        seen = self.seen_targets()
        if seen.any() and not ((self.targets.items >= FIRST_ITEM) & ~seen).any():
            raise InputError(
                f"{seen.sum():,} of the {len(seen):,} {part} targets are in their users' histories and are masked, "
                "and no other target is a known item: let seen items be recommended (keep_seen=True, --keep-seen), or "
                "drop the repeats if the table has events twice (duplicates='last', --duplicates last)."
            )
