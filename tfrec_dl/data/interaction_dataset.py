"""A table of interactions, the features of its items and users, and their split."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.dataset import Source
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.profile.training_profile import TrainingProfile
from tfrec_dl.data.splits.cold_start import ColdStartSplit
from tfrec_dl.data.splits.split import Split


@dataclass(frozen=True, eq=False)
class InteractionDataset:
    """A table of interactions with its split and features, as read by a `DataSource`.

    Attributes:
        source: source of the data.
        interactions: the table.
        features: "items" and "users" -> their features; None where there are none.
        split: training, validation and test parts.
        cold_split: cases of the items held out completely, for a cold-start split.
    """

    source: Source
    interactions: Interactions
    features: Mapping[str, Catalogue | None]
    split: Split
    cold_split: ColdStartSplit | None = None

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the interactions in 64 hexadecimal digits."""
        return self.interactions.fingerprint()

    def without_test(self) -> "InteractionDataset":
        """Returns the same data with the validation cases in place of the test cases."""
        cold = None if self.cold_split is None else self.cold_split.without_test()
        return replace(self, split=self.split.without_test(), cold_split=cold)

    def with_validation(self) -> "InteractionDataset":
        """Returns the same data with the validation targets added to the training part."""
        split = self.split.with_validation()
        cold = None if self.cold_split is None else replace(self.cold_split, split=split)
        return replace(self, split=split, cold_split=cold)

    def profile(self) -> TrainingProfile:
        """Returns the profile that later data are compared with."""
        table, vocabulary = self.interactions, self.split.vocabulary
        items = vocabulary.encode(table.item_ids)[table.items[table.order]]
        return TrainingProfile.of(table.users[table.order], items, vocabulary, len(self.split.test))

    @property
    def size(self) -> dict[str, int]:
        """Counts interactions, users and items, and the items in the vocabulary."""
        return {**self.interactions.size, "items_in_vocabulary": len(self.split.vocabulary.ids)}
