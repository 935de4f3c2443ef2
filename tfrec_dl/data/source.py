"""Where a run's interactions come from and how they are split: a description that can be written down and repeated."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.catalogue.columns import Choice
from tfrec_dl.data.catalogue.feature_tables import FeatureTables, absolute_path
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.splits.cold_start import ColdStartSplit, hold_out_items
from tfrec_dl.data.splits.random import random_by_user
from tfrec_dl.data.splits.split import Split, leave_last_out, temporal
from tfrec_dl.data.tables.columns import Columns
from tfrec_dl.errors import InputError

SPLITS: dict[str, Callable[..., Split]] = {
    "leave-last-out": leave_last_out,
    "temporal": temporal,
    "random": random_by_user,
}


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class DataSource(FeatureTables):
    """A table on disk, its columns and its split.

    Attributes:
        path: CSV (also gzip) or Parquet.
        user: column of user ids.
        item: column of item ids.
        time: column of times; None takes "timestamp" where the table has it.
        rating: column of ratings; None takes "rating" where the table has it.
        weight: column of weights; None takes "weight" where the table has it.
        split: "leave-last-out"; "temporal"; "random", a tenth and a fifth of each user's interactions, drawn at random;
            or "cold-start", leave-last-out of what remains when a fifth of the items is held out completely to test on,
            and a twentieth to validate on.
        min_count: interactions an item needs in training to enter the vocabulary.
        items: table of the items' features, CSV (also gzip) or Parquet, a row an item, its ids in the column `item`;
            None where items are known by their ids alone.
        item_kinds: feature of an item -> kind, or "ignore", where the guess is wrong.
        users: table of the users' features, its ids in the column `user`; None for none.
        user_kinds: as `item_kinds`.
        image_size: height and width in pixels that pictures are stretched to.
    """

    path: str
    user: str = "user_id"
    item: str = "item_id"
    time: str | None = None
    rating: str | None = None
    weight: str | None = None
    split: Literal["leave-last-out", "temporal", "random", "cold-start"] = "leave-last-out"
    min_count: int = Field(default=1, ge=1)
    items: str | None = None
    item_kinds: dict[str, Choice] = Field(default_factory=dict)
    users: str | None = None
    user_kinds: dict[str, Choice] = Field(default_factory=dict)
    image_size: tuple[int, int] = (64, 64)

    def read(self) -> Interactions:
        """Reads and checks the table.

        Raises:
            InputError: as `Interactions.read`.
        """
        columns = Columns(user=self.user, item=self.item, time=self.time, rating=self.rating, weight=self.weight)
        return Interactions.read(self.path, columns)

    def divide(self, interactions: Interactions, items: Catalogue | None = None) -> Split:
        """Splits the interactions of this source.

        Args:
            interactions: of `read`.
            items: of `read_items`: those that nobody met in training are in the vocabulary too, with count 0.

        Raises:
            InputError: if the split leaves nothing to learn from or to evaluate on.
        """
        if self.split == "cold-start":
            split = self.hold_out(interactions, items).split
        else:
            catalogue_ids = None if items is None else items.ids
            split = SPLITS[self.split](interactions, min_count=self.min_count, catalogue_ids=catalogue_ids)
        for part, cases in (("validation", split.validation), ("test", split.test)):
            if not len(cases):
                raise InputError(
                    f"the {self.split} split of {self.path!r} leaves no user for {part} "
                    f"({len(interactions)} interactions of {len(interactions.user_ids)} users): bring longer histories."
                )
        return split

    def hold_out(self, interactions: Interactions, items: Catalogue | None = None) -> ColdStartSplit:
        """The cold-start split, with the cases of the items held out.

        Args:
            interactions: of `read`.
            items: of `read_items`.

        Raises:
            InputError: as `hold_out_items`, and if `min_count` is above 1.
        """
        if self.min_count > 1:
            raise InputError(f"min_count is {self.min_count}: a cold-start split keeps every item, so it must be 1.")
        return hold_out_items(interactions, catalogue_ids=None if items is None else items.ids)

    def description(self) -> dict[str, Any]:
        """What a run's configuration says of it."""
        return asdict(self.absolute())

    def absolute(self) -> "DataSource":
        """The same source, found from any working directory."""
        resolved = {name: absolute_path(getattr(self, name)) for name in ("path", "items", "users")}
        return DataSource(**{**asdict(self), **resolved})
