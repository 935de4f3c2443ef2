"""Text summaries of a catalogue and of its coverage of the interactions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from tfrec_dl.data.catalogue.feature_kinds import SEPARATOR, Kind
from tfrec_dl.data.catalogue.nearly_numbers import nearly_numbers
from tfrec_dl.data.catalogue.scripts import words as split_words
from tfrec_dl.data.tables.checks import show
from tfrec_dl.errors import InputError

EXAMPLES = 3


class FeatureSummary(NamedTuple):
    """Description of a feature, or of an ignored column, as text.

    Attributes:
        feature: the column's name.
        kind: its kind, or "ignored".
        filled: percentage of rows with a value.
        values: number of distinct values, mean and standard deviation, size, or why it is ignored.
        example: the first value.
    """

    feature: str
    kind: str
    filled: str
    values: str
    example: str


def summarise(name: str, kind: Kind, values: np.ndarray, filled: np.ndarray) -> FeatureSummary:
    """Describes one feature.

    Args:
        name: name of the feature.
        kind: kind of the feature.
        values: [n, ...] as in `Catalogue.columns`.
        filled: [n] bool.
    """
    share = f"{np.count_nonzero(filled) / max(len(filled), 1):.1%}".replace("%", " %")
    if not filled.any():
        return FeatureSummary(name, kind, share, "no values", "")
    first = values[int(np.argmax(filled))]
    if kind == "image":
        height, width = values.shape[1:3]
        return FeatureSummary(name, kind, share, f"{height} x {width} pixels", "")
    present = values[filled]
    if kind == "number":
        words = f"mean {present.mean(dtype=np.float64):.4g}, sd {present.std(dtype=np.float64):.4g}"
        return FeatureSummary(name, kind, share, words, f"{first:g}")
    if kind == "text":
        words = f"{np.mean([len(split_words(text)) for text in present]):.3g} words on average"
    elif kind == "multi_category":
        parts = [part for text in present for part in text.split(SEPARATOR)]
        words = f"{len(set(parts)):,} distinct, {len(parts) / len(present):.3g} per row"
    else:
        words = f"{len(set(present)):,} distinct"
    if kind != "multi_category" and (hint := nearly_numbers(list(dict.fromkeys(present)))):
        words += f"; {hint}"
    example = " ".join(first.split())
    return FeatureSummary(name, kind, share, words, example if len(example) <= 40 else f"{example[:37]}...")


@dataclass(frozen=True)
class Coverage:
    """How far a catalogue covers the ids of the interactions; `str()` gives one line.

    Attributes:
        without_features: number of the interactions' ids that have no row, or only missing values.
        without_interactions: number of ids with features that do not occur in the interactions.
        both: number of ids with both.
        bare: up to three ids without features.
        unmet: up to three ids without interactions.
    """

    without_features: int
    without_interactions: int
    both: int
    bare: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Describes the coverage on one line."""
        words = f"features for {self.both:,} of {self.both + self.without_features:,} ids in the interactions"
        if self.without_features:
            words += f"; {self.without_features:,} without ({_examples(self.bare, self.without_features)})"
        if self.without_interactions:
            examples = _examples(self.unmet, self.without_interactions)
            words += f"; {self.without_interactions:,} in the catalogue only ({examples})"
        return words


def _examples(ids: Sequence[str], count: int) -> str:
    shown = ", ".join(show(text, 30) for text in ids)
    return shown if count <= len(ids) else f"such as {shown}"


def cover(with_features: Sequence[str], wanted: Sequence[str]) -> Coverage:
    """Compares the ids that have features with the ids of interactions, both distinct.

    Raises:
        InputError: if they have no id in common.
    """
    known, asked = set(with_features), set(wanted)
    bare = [text for text in wanted if text not in known]
    unmet = [text for text in with_features if text not in asked]
    both = len(asked) - len(bare)
    if not both:
        examples = f"{_first(with_features)}, the interactions {_first(wanted)}"
        raise InputError(f"no id of the interactions has features: the catalogue has ids such as {examples}")
    return Coverage(len(bare), len(unmet), both, tuple(bare[:EXAMPLES]), tuple(unmet[:EXAMPLES]))


def _first(ids: Sequence[str]) -> str:
    return show(ids[0]) if len(ids) else "none"
