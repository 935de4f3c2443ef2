"""Configuration of `prepare`."""

import os
import re
from dataclasses import replace
from typing import Annotated

from pydantic import AfterValidator, Field

from tfrec_dl.configurations import configuration
from tfrec_dl.data.interactions import Duplicates
from tfrec_dl.data.path_text import PathText
from tfrec_dl.data.tables.columns import Columns

MOST_SHARDS = 100_000
MEMORY = re.compile(r"\s*\d+(\.\d+)?\s*([KMGT]i?B)\s*")


def _memory_limit(text: str) -> str:
    if not MEMORY.fullmatch(text):
        raise ValueError("write a number and KB, MB, GB or TB")
    return text


@configuration
class PrepareConfig:
    """A table of interactions in one or many files, and settings for turning it into a prepared folder.

    Attributes:
        data: files, folders and globs, in the order that counts as the table's. A folder stands for all CSV (also gzip)
            and Parquet files in and below it, sorted by name; a glob stands for its matches, likewise.
        user: column of user ids.
        item: column of item ids.
        time: column of times; None uses "timestamp" if the table has it.
        rating: column of ratings, which are checked as in `train`, then dropped; None uses "rating" if a file has it.
        weight: column of weights; None uses "weight" if the table has it.
        duplicates: how to treat repeated interactions of a user with an item: "keep" all, keep the "first" or the
            "last" in time (ties in table order), or raise an "error".
        min_count: training interactions that an item needs to enter the vocabulary.
        shards: number of history files to write, at least the number of processes that will train on them; None uses
            one per million interactions, and at least 8.
        evaluation_users: number of users sampled to validate and test on; all users if there are fewer.
        memory_limit: memory limit of DuckDB, for example "1GB"; it sorts larger data on disk. Python and TensorFlow
            need about 1 GB in addition, whatever the table's size, and the memory of the vocabulary.
        seed: seed of the sample of users.
        base: prepared folder that the table is appended to, as if the folder's tables came before this one;
            `append_config` takes over its settings. None for none.
    """

    data: tuple[PathText, ...] = Field(min_length=1)
    user: str = "user_id"
    item: str = "item_id"
    time: str | None = None
    rating: str | None = None
    weight: str | None = None
    duplicates: Duplicates = "keep"
    min_count: int = Field(default=1, ge=1)
    shards: int | None = Field(default=None, ge=1, le=MOST_SHARDS)
    evaluation_users: int = Field(default=20_000, ge=1)
    memory_limit: Annotated[str, AfterValidator(_memory_limit)] = "1GB"
    seed: int = Field(default=0, ge=0)
    base: PathText | None = None

    def columns(self) -> Columns:
        """The columns to read.

        Raises:
            InputError: if one column has two roles.
        """
        return Columns(user=self.user, item=self.item, time=self.time, rating=self.rating, weight=self.weight)

    def memory_bytes(self) -> int:
        """`memory_limit` as a number of bytes."""
        text = self.memory_limit.strip().rstrip("B")
        base = 1024 if text.endswith("i") else 1000
        text = text.rstrip("i")
        return int(float(text[:-1]) * base ** (1 + "KMGT".index(text[-1])))

    def absolute(self) -> "PrepareConfig":
        """Returns the same configuration with absolute paths."""
        paths = tuple(os.path.abspath(path) for path in self.data)
        return replace(self, data=paths, base=None if self.base is None else os.path.abspath(self.base))
