"""Description of a table of reviews and its split, which is written into a run's configuration."""

from dataclasses import asdict
from typing import Any

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from tfrec_dl.data.catalogue.feature_tables import absolute_path
from tfrec_dl.reviews.reviews import ReviewColumns, Reviews
from tfrec_dl.reviews.splits import RatingSplit, random_splits


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class ReviewSource:
    """A table of reviews on disk, its columns and its random split.

    Attributes:
        path: CSV (also gzip) or Parquet.
        user: column of user ids.
        item: column of item ids.
        rating: column of ratings.
        texts: columns of text, joined in this order; empty reads "summary" and "review", those that the table has.
        validation_share: share of the reviews to validate on.
        test_share: share of the reviews to test on.
        seed: of the split.
    """

    path: str
    user: str = "user_id"
    item: str = "item_id"
    rating: str = "rating"
    texts: tuple[str, ...] = ()
    validation_share: float = Field(default=0.1, gt=0, lt=1)
    test_share: float = Field(default=0.1, gt=0, lt=1)
    seed: int = Field(default=0, ge=0, lt=2**31)

    def read(self) -> Reviews:
        """Reads and checks the table.

        Raises:
            InputError: as `Reviews.read`.
        """
        return Reviews.read(self.path, ReviewColumns(self.user, self.item, self.rating, self.texts))

    def divide(self, reviews: Reviews) -> RatingSplit:
        """Splits the reviews of this source at random.

        Raises:
            InputError: as `random_splits`.
        """
        return random_splits(reviews, 1, self.validation_share, self.test_share, self.seed)[0]

    def absolute(self) -> "ReviewSource":
        """The same source, found from any working directory."""
        return ReviewSource(**{**asdict(self), "path": absolute_path(self.path)})

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON; `ReviewSource(**values)` reads them back."""
        return asdict(self)
