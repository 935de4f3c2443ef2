"""Protocols of data: a source, and the dataset that is read from it once and passed on."""

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.profile.training_profile import TrainingProfile


@runtime_checkable
class Source(Protocol):
    """Description of a table and its split, stored in a run's configuration."""

    @property
    def paths(self) -> tuple[str, ...]:
        """Names in the description that hold the path of a table or a folder, or None."""
        ...

    @property
    def path(self) -> str:
        """Path of the table or of the prepared folder."""
        ...

    @property
    def split(self) -> str:
        """How test cases are held out."""
        ...

    @property
    def items(self) -> str | None:
        """Table of the items' features; None if items are represented by their ids alone."""
        ...

    @property
    def in_memory(self) -> bool:
        """Whether all data are in memory once they are read."""
        ...

    def read(self, features: Mapping[str, Catalogue | None] | None = None) -> "Dataset":
        """Reads and checks the tables, and splits them.

        Args:
            features: "items" and "users" -> their features, if they are already known; None reads them too.

        Raises:
            InputError: if the data are bad, or the split leaves nothing to learn from or to evaluate on.
        """
        ...

    def absolute(self) -> "Source":
        """Returns the same source with absolute paths."""
        ...

    def description(self) -> dict[str, Any]:
        """Returns the description stored in a run's configuration."""
        ...


class Dataset(Protocol):
    """The data of a source."""

    @property
    def source(self) -> Any:
        """The source of the data."""
        ...

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the table's content in 64 hexadecimal digits."""
        ...

    @property
    def size(self) -> dict[str, int]:
        """Counts of interactions, users, items and the like."""
        ...

    @property
    def features(self) -> Mapping[str, Catalogue | None]:
        """Features of "items" and "users"; None where there are none."""
        ...

    @property
    def split(self) -> Any:
        """Training, validation and test parts."""
        ...

    def without_test(self) -> "Dataset":
        """Returns the same data with the validation part in place of the test part, for choosing settings."""
        ...

    def profile(self) -> TrainingProfile | None:
        """Returns what later data are compared with; None if that is not supported."""
        ...
