"""What is asked of an approximate search when a model is exported."""

from collections.abc import Sequence
from dataclasses import dataclass

from tfrec_dl.errors import InputError
from tfrec_dl.names import closest

IVF = "ivf"
EXACT = "exact"
INDEXES = (EXACT, IVF)
RECALL = 0.95
AT = 10  # places that recall is asked of
LEAST_ITEMS = 50_000  # below it an exact search takes about as long


@dataclass(frozen=True)
class IvfRequest:
    """A search in lists of like items, instead of in all items.

    Attributes:
        histories: of users, item ids oldest first: what recall is measured on.
        origin: what they are, "validation histories".
        recall: share of the exact ten best items that is to be found, on average over the histories.
        least_items: of the catalogue; a smaller one is searched exactly.
    """

    histories: Sequence[Sequence[str]]
    origin: str = "histories"
    recall: float = RECALL
    least_items: int = LEAST_ITEMS

    def __post_init__(self) -> None:
        """Raises InputError if the recall is not between 0 and 1, or there is no history."""
        check_recall(self.recall)
        if not any(len(history) for history in self.histories):
            raise InputError("the index is ivf, and there are 0 histories to choose its recall on: give some.")


def check_recall(recall: float) -> None:
    """Raises InputError if a recall cannot be asked for."""
    if not 0 < recall < 1:
        raise InputError(f"recall is {recall}, but must be above 0 and below 1; index=exact finds all.")


def is_ivf(index: str) -> bool:
    """Whether the index of this name is an approximate one.

    Raises:
        InputError: if there is none.
    """
    if index not in INDEXES:
        raise InputError(f"index is {index!r}: {closest(index, INDEXES)}")
    return index == IVF
