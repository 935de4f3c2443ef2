"""Description of a table of impressions and its split, as stored in a run's configuration."""

import logging
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field

from tfrec_dl.configurations import configuration
from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.catalogue.columns import Choice
from tfrec_dl.data.catalogue.feature_tables import FeatureTables, log_features
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.path_text import PathText
from tfrec_dl.data.table_source import TableSource
from tfrec_dl.data.tables.columns import Columns
from tfrec_dl.errors import InputError
from tfrec_dl.ranking.data.columns import ImpressionColumns
from tfrec_dl.ranking.data.dataset import ImpressionDataset, impressions_report, parts_report
from tfrec_dl.ranking.data.feedback import Feedback
from tfrec_dl.ranking.data.impressions import Impressions
from tfrec_dl.ranking.data.outcomes import outcome_warning
from tfrec_dl.ranking.data.splits import ImpressionSplit, split_as_given, split_at_random, split_in_time

logger = logging.getLogger(__name__)


@configuration
class RankingSource(FeatureTables, TableSource):
    """A table of impressions on disk, with its columns and its split.

    Attributes:
        path: path of a CSV (also gzip) or Parquet file.
        feedback: which columns are labels, and what they mean.
        user: column of user ids.
        item: column of item ids.
        time: column of times; None uses "timestamp" if the table has it.
        lists: columns that together identify the list in which an impression was shown.
        position: column of positions in the list, used only in training.
        context: maps other columns to a kind, or to "ignore", if the guess is wrong.
        history: table of interactions that form the users' histories, with times in the same unit. None: the clicks in
            the impressions.
        split: "temporal" tests on the last lists, "random" on sampled lists; "given" uses the column `part`.
        part: column with "train", "validation" or "test".
        validation_share: share of the lists for validation.
        test_share: share of the lists for testing.
        seed: seed of a random split.
        min_count: number of training impressions that a user or an item needs for its own vector.
        items: table of item features, as in `DataSource`.
        item_kinds: maps item features to a kind, or to "ignore", if the guess is wrong.
        users: table of user features.
        user_kinds: the same as `item_kinds`, for users.
        image_size: height and width in pixels that pictures are stretched to.
        image_folder: folder that contains the pictures of items and users, to which their paths are relative; None uses
            the folder of their table.
    """

    paths: ClassVar[tuple[str, ...]] = ("path", "history", "items", "users", "image_folder")

    path: PathText
    feedback: Feedback
    user: str = "user_id"
    item: str = "item_id"
    time: str | None = None
    lists: tuple[str, ...] = ()
    position: str | None = None
    context: dict[str, Choice] = Field(default_factory=dict)
    history: PathText | None = None
    split: Literal["temporal", "random", "given"] = "temporal"
    part: str | None = None
    validation_share: float = Field(default=0.1, gt=0, lt=1)
    test_share: float = Field(default=0.2, gt=0, lt=1)
    seed: int = Field(default=0, ge=0, lt=2**31)
    min_count: int = Field(default=1, ge=1)
    items: PathText | None = None
    item_kinds: dict[str, Choice] = Field(default_factory=dict)
    users: PathText | None = None
    user_kinds: dict[str, Choice] = Field(default_factory=dict)
    image_size: tuple[int, int] = (64, 64)
    image_folder: PathText | None = None

    def read(self, features: Mapping[str, Catalogue | None] | None = None) -> ImpressionDataset:
        """Reads and checks the tables, logs their content, and splits the impressions.

        Args:
            features: maps "items" and "users" to features that are already loaded; None reads them too.

        Raises:
            InputError: as in `Impressions.read`, `Catalogue.read` and `Interactions.read`; if the split is "given"
                without a column of parts, or the reverse; if features share no id with the table; or if the split
                leaves a part empty.
        """
        impressions = self.read_impressions()
        if features is None:
            features = {"items": self.read_items(), "users": self.read_users()}
        self.log_coverage(impressions, features)
        split = self._split(impressions)
        logger.info("%s", parts_report(self.split, split))
        if (warning := outcome_warning(split)) is not None:
            logger.warning("%s", warning)
        return ImpressionDataset(self, split, features)

    def read_impressions(self) -> Impressions:
        """Reads and checks the table of impressions.

        Raises:
            InputError: as in `Impressions.read`, and if the split is "given" without a column of parts, or the reverse.
        """
        if (self.part is None) == (self.split == "given"):
            raise InputError(
                f"split is {self.split!r} and part {self.part!r}: name the column of parts if the split is 'given', "
                "and only then."
            )
        columns = ImpressionColumns(self.user, self.item, self.time, self.lists, self.position, self.part, self.context)
        logger.info("reading %s", self.path)
        impressions = Impressions.read(self.path, self.feedback, columns)
        for line in impressions_report(impressions, self.feedback, self.position):
            logger.info("%s", line)
        if impressions.context is not None:
            log_features(impressions.context, "features of the context", "context")
        return impressions

    def _split(self, impressions: Impressions) -> ImpressionSplit:
        if self.split == "random":
            split = split_at_random(impressions, self.validation_share, self.test_share, self.seed)
        elif self.split == "given":
            split = split_as_given(impressions)
        else:
            split = split_in_time(impressions, self.validation_share, self.test_share)
        if self.history is None:
            return split
        columns = Columns(user=self.user, item=self.item, time=self.time)
        return split.with_history(Interactions.read(self.history, columns))

    def _divided(self, data: ImpressionDataset | Impressions, items: Any) -> ImpressionSplit:
        return data.split if isinstance(data, ImpressionDataset) else self._split(data)
