"""A table of impressions, the features of its items and users, and their split."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.ranking.data.feedback import CLICK, CONVERSION, RATING, Feedback
from tfrec_dl.ranking.data.impressions import Impressions
from tfrec_dl.ranking.data.splits import ImpressionSplit


@dataclass(frozen=True, eq=False)
class ImpressionDataset:
    """What a `RankingSource` reads.

    Attributes:
        source: where it comes from, a `RankingSource`.
        split: the table, and which of its rows are for training, validation and test.
        features: "items" and "users" -> their features; None where there are none.
    """

    source: Any
    split: ImpressionSplit
    features: Mapping[str, Catalogue | None]

    @property
    def impressions(self) -> Impressions:
        """The table."""
        return self.split.impressions

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the impressions, and of the histories' table, in 64 hexadecimal digits."""
        return self.split.fingerprint()

    def without_test(self) -> "ImpressionDataset":
        """The same data, with the validation rows in place of the test rows."""
        return replace(self, split=replace(self.split, test=self.split.validation))

    def with_validation(self) -> "ImpressionDataset":
        """The same data, with the validation rows among those to learn from; they stay validation rows too."""
        both = np.sort(np.concatenate([self.split.train, self.split.validation]))
        return replace(self, split=replace(self.split, train=both))

    def profile(self) -> None:
        """None: later data are not compared with these."""

    @property
    def size(self) -> dict[str, int]:
        """How many impressions, lists, users and items there are."""
        return {
            "impressions": len(self.impressions),
            "lists": int(self.impressions.lists.max()) + 1,
            "users": len(self.impressions.user_ids),
            "items": len(self.impressions.item_ids),
        }


def impressions_report(impressions: Impressions, feedback: Feedback, position: str | None) -> Iterator[str]:
    """Lines to log on what a table holds.

    Args:
        impressions: the table.
        feedback: which columns are labels.
        position: column of places in the list.
    """
    lists = int(impressions.lists.max()) + 1
    in_lists = f"{lists:,} lists" if lists < len(impressions) else "no lists: each row stands for itself"
    order = "" if impressions.times is not None else "; no times: the table's order is the order in time"
    yield (
        f"{len(impressions):,} impressions of {len(impressions.item_ids):,} items to "
        f"{len(impressions.user_ids):,} users, {in_lists}{order}"
    )
    labels = impressions.labels
    if CLICK in labels:
        clicks = labels[CLICK]
        taken = "" if feedback.like is None else f" (column {feedback.click!r} from {feedback.like:g})"
        yield f"clicks{taken}: {int(clicks.sum()):,}, a rate of {clicks.mean():.2%}".replace("%", " %")
    if CONVERSION in labels:
        converted = int(labels[CONVERSION].sum())
        share = f"{converted / labels[CLICK].sum():.2%}".replace("%", " %")
        yield f"conversions: {converted:,}, {share} of clicks"
    if RATING in labels:
        ratings = labels[RATING]
        yield f"ratings: {ratings.min():g} to {ratings.max():g}, mean {ratings.mean():.3f}"
    if impressions.weights is not None:
        yield f"weights: a row counts {impressions.weights.mean():.3g} in the loss on average"
    if impressions.positions is not None:
        yield f"positions: column {position!r} is learnt from; served, all candidates have the same"


def parts_report(name: str, split: ImpressionSplit) -> str:
    """A line to log on the sizes of the parts."""
    sizes = []
    for purpose, rows in (("train", split.train), ("validate", split.validation), ("test", split.test)):
        lists = len(np.unique(split.impressions.lists[rows]))
        sizes.append(f"{len(rows):,}{f' in {lists:,} lists' if lists < len(rows) else ''} to {purpose} on")
    return f"split {name}: impressions: {', '.join(sizes)}"
