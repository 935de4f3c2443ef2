"""Description of a table of interactions and its split, stored in a run's configuration."""

import logging
from collections.abc import Callable, Mapping
from typing import ClassVar, Literal

from pydantic import Field

from tfrec_dl.configurations import configuration
from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.catalogue.columns import Choice
from tfrec_dl.data.catalogue.feature_tables import FeatureTables
from tfrec_dl.data.interaction_dataset import InteractionDataset
from tfrec_dl.data.interactions import Duplicates, Interactions
from tfrec_dl.data.path_text import PathText
from tfrec_dl.data.splits.cold_start import ColdStartSplit, hold_out_items
from tfrec_dl.data.splits.leave_last_out import leave_last_out
from tfrec_dl.data.splits.random import random_by_user
from tfrec_dl.data.splits.report import split_report
from tfrec_dl.data.splits.split import Split
from tfrec_dl.data.splits.temporal import temporal
from tfrec_dl.data.table_source import TableSource
from tfrec_dl.data.tables.columns import Columns
from tfrec_dl.errors import InputError

logger = logging.getLogger(__name__)

SPLITS: dict[str, Callable[..., Split]] = {
    "leave-last-out": leave_last_out,
    "temporal": temporal,
    "random": random_by_user,
}


@configuration
class DataSource(FeatureTables, TableSource):
    """A table on disk, its columns and its split.

    Attributes:
        path: table as CSV (also gzip) or Parquet.
        user: column of user ids.
        item: column of item ids.
        time: column of times; None uses "timestamp" if the table has it.
        rating: column of ratings; None uses "rating" if the table has it.
        weight: column of weights; None uses "weight" if the table has it.
        split: "leave-last-out"; "temporal"; "random", which tests on a fifth of each user's interactions and validates
            on a tenth; or "cold-start", which holds out a fifth of the items to test on and a twentieth to validate on,
            and splits the rest by leave-last-out.
        min_count: training interactions that an item needs to enter the vocabulary.
        items: table of the items' features, CSV (also gzip) or Parquet, one row per item, with ids in the column
            `item`; None if items are represented by their ids alone.
        item_kinds: feature of an item -> kind, or "ignore", where the guessed kind is wrong.
        users: table of the users' features, with ids in the column `user`; None for none.
        user_kinds: same as `item_kinds`, for users.
        duplicates: how to treat repeated interactions of a user with an item: "keep" all, keep the "first" or the
            "last" in time, or raise an "error".
        image_size: height and width in pixels that pictures are stretched to.
        image_folder: folder that pictures of items and users must be in or below, and that their paths are relative to;
            None uses the folder of their table.
    """

    paths: ClassVar[tuple[str, ...]] = ("path", "items", "users", "image_folder")

    path: PathText
    user: str = "user_id"
    item: str = "item_id"
    time: str | None = None
    rating: str | None = None
    weight: str | None = None
    split: Literal["leave-last-out", "temporal", "random", "cold-start"] = "leave-last-out"
    min_count: int = Field(default=1, ge=1)
    items: PathText | None = None
    item_kinds: dict[str, Choice] = Field(default_factory=dict)
    users: PathText | None = None
    user_kinds: dict[str, Choice] = Field(default_factory=dict)
    duplicates: Duplicates = "keep"
    image_size: tuple[int, int] = (64, 64)
    image_folder: PathText | None = None

    def read(self, features: Mapping[str, Catalogue | None] | None = None) -> InteractionDataset:
        """Reads and checks the table and the features, logs what they hold, and splits the interactions.

        Args:
            features: "items" and "users" -> their features, if they are already known; None reads them too. Items
                without training interactions are in the vocabulary too, with count 0.

        Raises:
            InputError: as `Interactions.read` and `Catalogue.read`; or if the features have no id in common with the
                table, or the split leaves nothing to learn from or to evaluate on.
        """
        interactions = self.read_interactions()
        if features is None:
            features = {"items": self.read_items(), "users": self.read_users()}
        self.log_coverage(interactions, features)
        cold_split = self._hold_out(interactions, features["items"]) if self.split == "cold-start" else None
        split = self._split(interactions, features["items"]) if cold_split is None else cold_split.split
        self._refuse_empty_parts(split, interactions)
        for line in split_report(self.split, split, interactions, self.min_count):
            logger.info("%s", line)
        return InteractionDataset(self, interactions, features, split, cold_split)

    def read_interactions(self) -> Interactions:
        """Reads and checks the table.

        Raises:
            InputError: as `Interactions.read`.
        """
        logger.info("reading %s", self.path)
        columns = Columns(user=self.user, item=self.item, time=self.time, rating=self.rating, weight=self.weight)
        interactions = Interactions.read(self.path, columns, self.duplicates)
        order = "" if interactions.times is not None else "; no times: the table's order is the order in time"
        logger.info(
            "%s interactions of %s users with %s items%s",
            *(f"{count:,}" for count in (len(interactions), len(interactions.user_ids), len(interactions.item_ids))),
            order,
        )
        if interactions.weights is not None:
            column = self.weight or "weight"
            logger.info("weights: the loss weights each interaction by column %r", column)
        return interactions

    def _split(self, interactions: Interactions, items: Catalogue | None) -> Split:
        catalogue_ids = None if items is None else items.ids
        return SPLITS[self.split](interactions, min_count=self.min_count, catalogue_ids=catalogue_ids)

    def _divided(self, data: InteractionDataset | Interactions, items: Catalogue | None) -> Split:
        if isinstance(data, InteractionDataset):
            return data.split
        split = self._hold_out(data, items).split if self.split == "cold-start" else self._split(data, items)
        self._refuse_empty_parts(split, data)
        return split

    def _refuse_empty_parts(self, split: Split, interactions: Interactions) -> None:
        for part, cases in (("validation", split.validation), ("test", split.test)):
            if not len(cases):
                raise InputError(
                    f"the {self.split} split of {self.path!r} leaves no user for {part} "
                    f"({len(interactions)} interactions of {len(interactions.user_ids)} users): bring longer histories."
                )

    def _hold_out(self, interactions: Interactions, items: Catalogue | None) -> ColdStartSplit:
        """Returns the cold-start split, with the cases of the held-out items."""
        if self.min_count > 1:
            raise InputError(f"min_count is {self.min_count}: a cold-start split keeps every item, so it must be 1.")
        return hold_out_items(interactions, catalogue_ids=None if items is None else items.ids)
