"""Description of a prepared folder, used in place of a table."""

import copy
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from pydantic import ConfigDict
from pydantic.dataclasses import dataclass as checked_dataclass

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.catalogue.feature_tables import FeatureTables
from tfrec_dl.data.histories import Histories
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.path_text import PathText
from tfrec_dl.data.prepared.folder import PreparedFolder
from tfrec_dl.data.prepared.windows import StreamedWindows
from tfrec_dl.data.profile.bin_counts import BinCounts
from tfrec_dl.data.profile.training_profile import TrainingProfile
from tfrec_dl.data.splits.evaluation_cases import EvaluationCases
from tfrec_dl.data.training.cuts import WindowConfig
from tfrec_dl.data.training.training_histories import TrainingHistories
from tfrec_dl.data.training.windows import TrainingWindows
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.errors import InputError

if TYPE_CHECKING:
    from tfrec_dl.data.training.batches import Batches


logger = logging.getLogger(__name__)


class PreparedSplit:
    """The leave-last-out split of a prepared folder, with its training histories on disk.

    Args:
        folder: the folder.

    Attributes:
        vocabulary: vocabulary of the training interactions.
        validation: validation cases of the sampled users.
        test: test cases of the sampled users.
    """

    def __init__(self, folder: PreparedFolder) -> None:
        self.folder = folder
        self.vocabulary: Vocabulary = folder.vocabulary
        self.validation: EvaluationCases
        self.test: EvaluationCases
        self.validation, self.test = folder.cases()

    def batches(
        self,
        kind: type[TrainingWindows] | type[TrainingHistories],
        config: WindowConfig,
        user_ids: bool = False,
    ) -> "Batches":
        """Returns the training histories as windows, read from the shards.

        Raises:
            InputError: as `StreamedWindows`, and if whole histories or users' ids are requested.
        """
        if kind is not TrainingWindows or user_ids:
            raise InputError(
                f"{self.folder.path} is a prepared folder, which gives only windows of histories: networks that read "
                "whole histories or users' features need the table itself."
            )
        return StreamedWindows(self.folder, config)

    def without_test(self) -> "PreparedSplit":
        """Returns the same split with the validation cases in place of the test cases."""
        found = copy.copy(self)
        found.test = self.validation
        return found


@checked_dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class PreparedSource(FeatureTables):
    """A prepared folder, for networks that represent items by their ids.

    Attributes:
        path: path of the folder.
        split: always "leave-last-out".
    """

    path: PathText
    split: Literal["leave-last-out"] = "leave-last-out"

    paths: ClassVar[tuple[str, ...]] = ("prepared",)
    in_memory: ClassVar[bool] = False
    item = "item_id"
    items = None
    users = None

    def read(self, features: Mapping[str, Catalogue | None] | None = None) -> "PreparedDataset":
        """Opens the folder and logs its content.

        Args:
            features: ignored; a prepared folder has no features.

        Raises:
            InputError: as `PreparedFolder.open`.
        """
        folder = PreparedFolder.open(self.path)
        size, evaluated = folder.size, folder.manifest["evaluation"]
        logger.info("prepared folder %s: %d shards, read again each pass", self.path, len(folder.shards))
        logger.info(
            f"{size['interactions']:,} interactions of {size['users']:,} users with {size['items']:,} items; "
            f"{evaluated['drawn']:,} of {evaluated['of']:,} users to validate and test on"
        )
        dataset = PreparedDataset(self, folder, PreparedSplit(folder))
        logger.info(
            f"split {self.split}: {folder.manifest['counts']['trained']:,} interactions to train on, "
            f"{len(dataset.split.vocabulary.ids):,} items"
        )
        return dataset

    def absolute(self) -> "PreparedSource":
        """Returns the same source with absolute paths."""
        return PreparedSource(os.path.abspath(self.path))

    def description(self) -> dict[str, Any]:
        """Returns the description stored in a run's configuration."""
        return {"prepared": self.absolute().path, "min_count": PreparedFolder.open(self.path).manifest["min_count"]}


@dataclass(frozen=True, eq=False)
class PreparedDataset:
    """The data of a prepared folder, as read by a `PreparedSource`.

    Attributes:
        source: source of the data.
        folder: the prepared folder.
        split: training, validation and test parts.
    """

    source: PreparedSource
    folder: PreparedFolder
    split: PreparedSplit

    @property
    def cold_split(self) -> None:
        """None: no items are held out."""

    @property
    def interactions(self) -> Interactions:
        """Raises InputError, because the interactions are not in memory."""
        raise InputError(f"{self.source.path} is a prepared folder: this needs a run on the table itself.")

    @property
    def fingerprint(self) -> str:
        """SHA-256 of all content in 64 hexadecimal digits, as computed by `prepare`."""
        return self.folder.fingerprint()

    @property
    def size(self) -> dict[str, int]:
        """Counts interactions, users and items, and the items in the vocabulary."""
        return {**self.folder.size, "items_in_vocabulary": len(self.split.vocabulary.ids)}

    def without_test(self) -> "PreparedDataset":
        """Returns the same data with the validation cases in place of the test cases."""
        return replace(self, split=self.split.without_test())

    def profile(self) -> TrainingProfile:
        """Returns what later data are compared with, from the tested users, who represent all that can be tested."""
        cases, evaluation, counts = self.split.test, self.folder.manifest["evaluation"], self.folder.manifest["counts"]
        whole = Histories.joined([cases.histories, cases.targets])
        users = np.repeat(np.arange(len(whole)), whole.lengths)
        short = round((self.folder.size["users"] - evaluation["of"]) * evaluation["drawn"] / evaluation["of"])
        found = TrainingProfile.of(users, whole.items, self.split.vocabulary, len(cases), short)
        known = BinCounts((counts["dropped"], counts["trained"]), len(cases))
        return replace(
            found, users=self.folder.size["users"], interactions=self.folder.size["interactions"], known=known
        )

    @property
    def features(self) -> dict[str, Catalogue | None]:
        """Neither items nor users have features."""
        return {"items": None, "users": None}
