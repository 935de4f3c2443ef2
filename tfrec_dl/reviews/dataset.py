"""A table of reviews and its split."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.reviews.reviews import Reviews
from tfrec_dl.reviews.splits import RatingSplit


@dataclass(frozen=True, eq=False)
class ReviewDataset:
    """A table of reviews with its split, as read by a `ReviewSource`.

    Attributes:
        source: the `ReviewSource` that it comes from.
        reviews: table of reviews.
        split: training, validation and test.
    """

    source: Any
    reviews: Reviews
    split: RatingSplit

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the reviews in 64 hexadecimal digits."""
        return self.reviews.fingerprint()

    def without_test(self) -> "ReviewDataset":
        """Returns the same data with the validation part in place of the test part."""
        return replace(self, split=replace(self.split, test=self.split.validation))

    def profile(self) -> None:
        """Returns None, because later data is not compared with reviews."""

    @property
    def size(self) -> dict[str, int]:
        """Returns the numbers of reviews, users and items."""
        return {"reviews": len(self.reviews), "users": len(self.reviews.user_ids), "items": len(self.reviews.item_ids)}

    @property
    def features(self) -> dict[str, Catalogue | None]:
        """None, because items and users are described by their reviews."""
        return {"items": None, "users": None}
