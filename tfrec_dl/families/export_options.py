"""What is asked of an export beside the run."""

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

HISTORIES = 2_000  # that the recall of an approximate search is chosen and measured on

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ExportOptions:
    """Choices of whoever exports a run.

    Attributes:
        k_max: length of the recommendation lists, where the model makes any; cut to the number of items.
        keep_seen: whether items of the history are recommended again; None as the run was trained.
        anonymous_users: whether the export is to hold no user's id or features, which those of most families never do;
            every user is served as a new one.
        items: table of the items whose columns become attributes of the export; None takes the one that the run was
            trained with, if any.
        item_column: its column of ids.
        attributes: columns of that table; None takes all that hold categories, numbers or dates.
        shown: columns of that table that come back in answers.
        index: how the best items are searched: "exact", or "ivf", in lists of like items.
        recall: share of the exact ten best items that "ivf" is to find.
        counts: table of interactions, its columns those of the training's, from which transitions beside a network are
            counted anew; None leaves them as they were counted from the training part.
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
        """Raises InputError if there is no such index, or no such recall can be asked for."""
        is_ivf(self.index)
        check_recall(self.recall)

    def attribute_source(self, source: Any) -> AttributeSource | None:
        """Where attributes of the items come from; None where there is no table of items.

        Args:
            source: the run's.

        Raises:
            InputError: if attributes are named, and there is no table to take them from, or it cannot be read.
        """
        if self.items is not None:
            return AttributeSource(self.items, self.attributes, self.item_column, may_be_none=bool(self.shown))
        if source.items is not None:
            try:
                return AttributeSource(source.read_items(), self.attributes, may_be_none=True)
            except InputError as error:  # the run by itself is enough for an export, unless they are asked for
                if self.attributes is None:
                    logger.warning("%s The export has no attributes of items.", error)
                    return None
                raise
        if self.attributes is not None:
            raise InputError(
                f"attributes are {list(self.attributes)}, of a table of items, and the run was trained without one: "
                "give items."
            )
        return None

    def shown_source(self, source: Any) -> ShownSource | None:
        """Where the columns come from that answers show of items; None where there are none.

        Args:
            source: the run's.

        Raises:
            InputError: if there is no table to take them from.
        """
        if not self.shown:
            return None
        if self.items is not None:
            return ShownSource(self.items, self.shown, self.item_column)
        if source.items is None:
            raise InputError(
                f"the columns to show are {list(self.shown)}, of a table of items, and the run was trained without: "
                "give items."
            )
        return ShownSource(source.items, self.shown, source.item)

    def index_request(self, run: Any) -> IvfRequest | None:
        """The approximate search that is asked for, with histories of the run's data; None for an exact one.

        Args:
            run: a `RunFolder` of a model that recommends.

        Raises:
            InputError: if the data cannot be read, or are no longer those of the run.
        """
        if not is_ivf(self.index):
            return None
        if not Path(run.source.path).exists():
            raise InputError(
                f"{run.source.path}, which {run.folder} was trained on, is gone, and the recall of ivf is chosen on "
                "its histories: bring it back, or leave the index out."
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
        """Raises InputError where an index is asked for of a run, `where`, whose model searches no items."""
        if is_ivf(self.index):
            raise InputError(f"index is 'ivf', but {where} searches no items by itself: leave it out.")

    def refuse_counts(self, where: object) -> None:
        """Raises InputError where counts are asked for of a run, `where`, that has none."""
        if self.counts is not None:
            raise InputError(f"counts is {str(self.counts)!r}, but {where} has no transitions: leave it out.")

    def refuse_attributes(self, where: object) -> None:
        """Raises InputError where attributes are asked for, or shown, of a run, `where`, that recommends nothing."""
        if self.items is not None or self.attributes is not None or self.shown:
            raise InputError(f"attributes of items are for recommendations, and {where} makes none: leave them out.")

    def refuse_keep_seen(self, where: object) -> None:
        """Raises InputError where `keep_seen` is set for a run, `where`, whose model recommends nothing by itself."""
        if self.keep_seen is not None:
            raise InputError(f"keep_seen is {self.keep_seen}, but {where} recommends nothing by itself: leave it out.")


DEFAULT_EXPORT = ExportOptions()
