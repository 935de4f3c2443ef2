"""A prepared folder in place of a table."""

import os
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.catalogue.feature_tables import FeatureTables
from tfrec_dl.data.prepared.folder import PreparedFolder
from tfrec_dl.data.prepared.windows import StreamedWindows
from tfrec_dl.data.splits.split import EvaluationCases
from tfrec_dl.data.training.training_histories import TrainingHistories
from tfrec_dl.data.training.windows import TrainingWindows, WindowConfig
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.errors import InputError

if TYPE_CHECKING:
    from tfrec_dl.data.training.batches import Batches


class PreparedSplit:
    """The leave-last-out split of a prepared folder, its training histories on disk.

    Args:
        folder: the folder.

    Attributes:
        vocabulary: of the training interactions.
        validation: cases of the users who were drawn.
        test: so too.
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
        """The training histories as windows, read from the shards.

        Raises:
            InputError: as `StreamedWindows`, and for whole histories or users' ids.
        """
        if kind is not TrainingWindows or user_ids:
            raise InputError(
                f"{self.folder.path} is a prepared folder, which gives windows of histories alone: networks that read "
                "whole histories or users' features need the table itself."
            )
        return StreamedWindows(self.folder, config)


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class PreparedSource(FeatureTables):
    """A prepared folder, for networks that know items by their ids.

    Attributes:
        path: of the folder.
        split: always "leave-last-out".
    """

    path: str
    split: Literal["leave-last-out"] = "leave-last-out"

    items = None
    users = None

    def read(self) -> PreparedFolder:
        """Opens the folder.

        Raises:
            InputError: as `PreparedFolder.open`.
        """
        return PreparedFolder.open(self.path)

    def divide(self, folder: PreparedFolder, items: Catalogue | None = None) -> PreparedSplit:
        """The split that `prepare` has made.

        Args:
            folder: of `read`.
            items: None; a prepared folder has no features.
        """
        return PreparedSplit(folder)

    def absolute(self) -> "PreparedSource":
        """The same source, found from any working directory."""
        return PreparedSource(os.path.abspath(self.path))

    def description(self) -> dict[str, Any]:
        """What a run's configuration says of it."""
        return {"prepared": self.absolute().path, "min_count": PreparedFolder.open(self.path).manifest["min_count"]}
