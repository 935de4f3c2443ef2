"""Options of an export, in addition to the run."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tfrec_dl.errors import InputError
from tfrec_dl.serving.attributes.shown_source import ShownSource
from tfrec_dl.serving.attributes.source import AttributeSource
from tfrec_dl.serving.feature_tables import Table
from tfrec_dl.serving.ivf.request import EXACT, RECALL, IvfRequest, check_recall, is_ivf

HISTORIES = 2_000  # number of histories that the recall of an approximate search is chosen and measured on

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ExportOptions:
    """Options of an export.

    Attributes:
        k_max: length of the recommendation lists, if the model makes any; at most the number of items.
        keep_seen: whether items in the history can be recommended again; None as in the run's training.
        anonymous_users: whether the export must not contain users' ids or features, which most families never store;
            every user is then served as a new one.
        items: table of the items whose columns become attributes of the export; None uses the table that the run was
            trained with, if any.
        item_column: column of ids in that table.
        attributes: columns of that table; None uses all with categories, numbers or dates.
        shown: columns of that table that are returned in answers.
        index: search for the best items: "exact", or "ivf", which searches in lists of similar items.
        recall: share of the exact ten best items that "ivf" should find.
        counts: table of interactions, with the same columns as in training, from which the transition counts of a
            blended network are recomputed; None keeps the counts of the training part.
    """

    k_max: int = 100
    keep_seen: bool | None = None
    anonymous_users: bool = False
    items: Table | None = None
    item_column: str = "item_id"
    attributes: tuple[str, ...] | None = None
    shown: tuple[str, ...] = ()
    index: str = EXACT
    recall: float = RECALL
    counts: Path | None = None

    def __post_init__(self) -> None:
        """Raises InputError if there is no such index, or such a recall is impossible."""
        is_ivf(self.index)
        check_recall(self.recall)

    def attribute_source(self, source: Any) -> AttributeSource | None:
        """Returns the source of the items' attributes; None if there is no table of items.

        Args:
            source: source of the run.

        Raises:
            InputError: if attributes are named and there is no table for them, or it cannot be read.
        """
        if self.items is not None:
            return AttributeSource(self.items, self.attributes, self.item_column, may_be_none=bool(self.shown))
        if source.items is not None:
            try:
                return AttributeSource(source.read_items(), self.attributes, may_be_none=True)
            except InputError as error:  # attributes are optional unless requested
                if self.attributes is None:
                    logger.warning("%s The export has no attributes of items.", error)
                    return None
                raise
        if self.attributes is not None:
            raise InputError(
                f"attributes are {list(self.attributes)}, but the run was trained without a table of items: give items."
            )
        return None

    def shown_source(self, source: Any) -> ShownSource | None:
        """Returns the source of the columns that answers show of items; None if there are none.

        Args:
            source: source of the run.

        Raises:
            InputError: if there is no table for them.
        """
        if not self.shown:
            return None
        if self.items is not None:
            return ShownSource(self.items, self.shown, self.item_column)
        if source.items is None:
            raise InputError(
                f"the columns to show are {list(self.shown)}, but the run was trained without a table of items: "
                "give items."
            )
        return ShownSource(source.items, self.shown, source.item)

    def index_request(self, run: Any) -> IvfRequest | None:
        """Returns the requested approximate search, with histories of the run's data; None for an exact search.

        Args:
            run: `RunFolder` of a model that recommends.

        Raises:
            InputError: if the data cannot be read, or are no longer those of the run.
        """
        if not is_ivf(self.index):
            return None
        if not Path(run.source.path).exists():
            raise InputError(
                f"{run.source.path}, which {run.folder} was trained on, is gone, and the recall of ivf is measured on "
                "its histories: restore it, or leave the index out."
            )
        dataset = run.source.read(run.features())
        run.refuse_changed_data(run.source.path, dataset.fingerprint)
        histories, origin = dataset.split.validation.histories, "validation histories"
        if not histories.lengths.any():
            histories, origin = dataset.split.train, "training histories"
        filled = np.flatnonzero(histories.lengths)
        taken = np.random.default_rng(0).permutation(filled)[:HISTORIES]
        vocabulary = dataset.split.vocabulary
        return IvfRequest([vocabulary.decode(histories.row(row)) for row in taken], origin, self.recall)

    def refuse_index(self, where: object) -> None:
        """Raises InputError if an index is requested for a run, `where`, whose model searches no items."""
        if is_ivf(self.index):
            raise InputError(f"index is 'ivf', but {where} does not search items itself: leave it out.")

    def refuse_counts(self, where: object) -> None:
        """Raises InputError if counts are requested for a run, `where`, that has none."""
        if self.counts is not None:
            raise InputError(f"counts is {str(self.counts)!r}, but {where} has no transitions: leave it out.")

    def refuse_attributes(self, where: object) -> None:
        """Raises InputError if attributes or shown columns are requested of a run, `where`, that recommends nothing."""
        if self.items is not None or self.attributes is not None or self.shown:
            raise InputError(f"attributes of items are for recommendations, and {where} makes none: leave them out.")

    def refuse_keep_seen(self, where: object) -> None:
        """Raises InputError if `keep_seen` is set for a run, `where`, whose model recommends nothing by itself."""
        if self.keep_seen is not None:
            raise InputError(
                f"keep_seen is {self.keep_seen}, but {where} does not recommend items itself: leave it out."
            )


DEFAULT_EXPORT = ExportOptions()
