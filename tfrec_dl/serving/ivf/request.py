"""Request for an approximate search when a model is exported."""

from collections.abc import Sequence
from dataclasses import dataclass

from tfrec_dl.errors import InputError
from tfrec_dl.names import closest

IVF = "ivf"
EXACT = "exact"
INDEXES = (EXACT, IVF)
RECALL = 0.95
AT = 10  # top places that recall refers to
LEAST_ITEMS = 50_000  # number of items below which an exact search takes about as long


@dataclass(frozen=True)
class IvfRequest:
    """A request for a search in lists of similar items instead of in all items.

    Attributes:
        histories: histories of users, item ids oldest first, on which recall is measured.
        origin: description of the histories, for example "validation histories".
        recall: required share of the exact ten best items, averaged over the histories.
        least_items: minimum size of the catalogue; smaller ones are searched exactly.
    """

    histories: Sequence[Sequence[str]]
    origin: str = "histories"
    recall: float = RECALL
    least_items: int = LEAST_ITEMS

    def __post_init__(self) -> None:
        """Raises InputError if the recall is not between 0 and 1, or there is no history."""
        check_recall(self.recall)
        if not any(len(history) for history in self.histories):
            raise InputError("the index is ivf, but there are 0 histories to tune its recall on: give some.")


def check_recall(recall: float) -> None:
    """Raises InputError if the recall is not valid."""
    if not 0 < recall < 1:
        raise InputError(f"recall is {recall}, but must be above 0 and below 1; index=exact finds all.")


def is_ivf(index: str) -> bool:
    """Whether the index with this name is approximate.

    Raises:
        InputError: if no index has this name.
    """
    if index not in INDEXES:
        raise InputError(f"index is {index!r}: {closest(index, INDEXES)}")
    return index == IVF
