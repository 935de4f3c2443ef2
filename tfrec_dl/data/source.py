"""Where a run's interactions come from and how they are split: a description that can be written down and repeated."""

from dataclasses import asdict
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from tfrec_dl.data.columns import Columns
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.splits import Split, leave_last_out, temporal
from tfrec_dl.errors import InputError


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class DataSource:
    """A table on disk, its columns and its split.

    Attributes:
        path: CSV (also gzip) or Parquet.
        user: column of user ids.
        item: column of item ids.
        time: column of times; None takes "timestamp" where the table has it.
        rating: column of ratings; None takes "rating" where the table has it.
        weight: column of weights; None takes "weight" where the table has it.
        split: "leave-last-out" or "temporal".
        min_count: interactions an item needs in training to enter the vocabulary.
    """

    path: str
    user: str = "user_id"
    item: str = "item_id"
    time: str | None = None
    rating: str | None = None
    weight: str | None = None
    split: Literal["leave-last-out", "temporal"] = "leave-last-out"
    min_count: int = Field(default=1, ge=1)

    def read(self) -> Interactions:
        """Reads and checks the table.

        Raises:
            InputError: as `Interactions.read`.
        """
        columns = Columns(user=self.user, item=self.item, time=self.time, rating=self.rating, weight=self.weight)
        return Interactions.read(self.path, columns)

    def divide(self, interactions: Interactions) -> Split:
        """Splits the interactions of this source.

        Raises:
            InputError: if the split leaves nothing to learn from or to evaluate on.
        """
        split = (leave_last_out if self.split == "leave-last-out" else temporal)(interactions, min_count=self.min_count)
        for part, cases in (("validation", split.validation), ("test", split.test)):
            if not len(cases):
                raise InputError(
                    f"the {self.split} split of {self.path!r} leaves no user for {part} "
                    f"({len(interactions)} interactions of {len(interactions.user_ids)} users): bring longer histories."
                )
        return split

    def absolute(self) -> "DataSource":
        """The same source, found from any working directory."""
        return DataSource(**{**asdict(self), "path": str(Path(self.path).resolve())})
