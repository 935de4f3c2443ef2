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
    """The data read by a `RankingSource`: impressions, features and split.

    Attributes:
        source: the `RankingSource` that it comes from.
        split: the table, and its training, validation and test rows.
        features: maps "items" and "users" to their features; None if there are none.
    """

    source: Any
    split: ImpressionSplit
    features: Mapping[str, Catalogue | None]

    @property
    def impressions(self) -> Impressions:
        """The table of impressions."""
        return self.split.impressions

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the impressions and the table of histories, in 64 hexadecimal digits."""
        return self.split.fingerprint()

    def without_test(self) -> "ImpressionDataset":
        """Returns the same data with the validation rows in place of the test rows."""
        return replace(self, split=replace(self.split, test=self.split.validation))

    def with_validation(self) -> "ImpressionDataset":
        """Returns the same data with the validation rows added to the training rows; they also stay validation rows."""
        both = np.sort(np.concatenate([self.split.train, self.split.validation]))
        return replace(self, split=replace(self.split, train=both))

    def profile(self) -> None:
        """Returns None, because later data is not compared with impressions."""

    @property
    def size(self) -> dict[str, int]:
        """Returns the numbers of impressions, lists, users and items."""
        return {
            "impressions": len(self.impressions),
            "lists": int(self.impressions.lists.max()) + 1,
            "users": len(self.impressions.user_ids),
            "items": len(self.impressions.item_ids),
        }


def impressions_report(impressions: Impressions, feedback: Feedback, position: str | None) -> Iterator[str]:
    """Yields log lines on the content of a table.

    Args:
        impressions: table of impressions.
        feedback: which columns are labels.
        position: column of positions in the list.
    """
    lists = int(impressions.lists.max()) + 1
    in_lists = f"{lists:,} lists" if lists < len(impressions) else "no lists: each row is a list of its own"
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
        yield f"positions: column {position!r} is used in training; when served, all candidates have the same position"


def parts_report(name: str, split: ImpressionSplit) -> str:
    """Returns a log line on the sizes of the parts."""
    sizes = []
    for purpose, rows in (("train", split.train), ("validate", split.validation), ("test", split.test)):
        lists = len(np.unique(split.impressions.lists[rows]))
        sizes.append(f"{len(rows):,}{f' in {lists:,} lists' if lists < len(rows) else ''} to {purpose} on")
    return f"split {name}: impressions: {', '.join(sizes)}"
