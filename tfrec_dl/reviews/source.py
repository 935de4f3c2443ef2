"""Description of a table of reviews and its split, as stored in a run's configuration."""

import logging
from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from tfrec_dl.configurations import configuration
from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.path_text import PathText
from tfrec_dl.data.table_source import TableSource
from tfrec_dl.reviews.dataset import ReviewDataset
from tfrec_dl.reviews.reviews import ReviewColumns, Reviews
from tfrec_dl.reviews.splits import random_splits

logger = logging.getLogger(__name__)

PURPOSES = ("train", "validate", "test")


@configuration
class ReviewSource(TableSource):
    """A table of reviews on disk, with its columns and its random split.

    Attributes:
        path: path of a CSV (also gzip) or Parquet file.
        user: column of user ids.
        item: column of item ids.
        rating: column of ratings.
        texts: columns of text, joined in this order; if empty, "summary" and "review", as far as the table has them.
        validation_share: share of the reviews for validation.
        test_share: share of the reviews for testing.
        seed: seed of the split.
    """

    items: ClassVar[None] = None
    split: ClassVar[Literal["random"]] = "random"

    path: PathText
    user: str = "user_id"
    item: str = "item_id"
    rating: str = "rating"
    texts: tuple[str, ...] = ()
    validation_share: float = Field(default=0.1, gt=0, lt=1)
    test_share: float = Field(default=0.1, gt=0, lt=1)
    seed: int = Field(default=0, ge=0, lt=2**31)

    def read(self, features: Mapping[str, Catalogue | None] | None = None) -> ReviewDataset:
        """Reads and checks the table, logs its content, and splits it at random.

        Args:
            features: ignored, because reviews replace features.

        Raises:
            InputError: as in `Reviews.read` and `random_splits`.
        """
        logger.info("reading %s", self.path)
        reviews = Reviews.read(self.path, ReviewColumns(self.user, self.item, self.rating, self.texts))
        counts = (len(reviews), len(reviews.user_ids), len(reviews.item_ids))
        logger.info("%s reviews by %s users of %s items", *(f"{count:,}" for count in counts))
        split = random_splits(reviews, 1, self.validation_share, self.test_share, self.seed)[0]
        parts = (split.train, split.validation, split.test)
        sizes = (f"{len(part):,} to {purpose} on" for part, purpose in zip(parts, PURPOSES, strict=True))
        logger.info("split random: reviews: %s", ", ".join(sizes))
        return ReviewDataset(self, reviews, split)
