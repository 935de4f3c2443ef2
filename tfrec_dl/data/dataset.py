"""Protocols of data: a source, and the data set that is read from it once and handed down."""

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.profile.training_profile import TrainingProfile


@runtime_checkable
class Source(Protocol):
    """Description of a table and its split, which is written into a run's configuration."""

    @property
    def paths(self) -> tuple[str, ...]:
        """Names in its description that hold the path of a table or a folder, or None."""
        ...

    @property
    def path(self) -> str:
        """The table, or the prepared folder."""
        ...

    @property
    def split(self) -> str:
        """How test cases are held out."""
        ...

    @property
    def items(self) -> str | None:
        """Table of the items' features; None where items are known by their ids alone."""
        ...

    @property
    def in_memory(self) -> bool:
        """Whether all of the data are in memory once they are read."""
        ...

    def read(self, features: Mapping[str, Catalogue | None] | None = None) -> "Dataset":
        """Reads and checks the tables, and splits them.

        Args:
            features: "items" and "users" -> their features, where they are known already; None reads them too.

        Raises:
            InputError: for bad data, or a split that leaves nothing to learn from or to evaluate on.
        """
        ...

    def absolute(self) -> "Source":
        """The same source, found from any working directory."""
        ...

    def description(self) -> dict[str, Any]:
        """Its description in a run's configuration."""
        ...


class Dataset(Protocol):
    """The data of a source."""

    @property
    def source(self) -> Any:
        """Where they come from."""
        ...

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the table's content in 64 hexadecimal digits."""
        ...

    @property
    def size(self) -> dict[str, int]:
        """How many interactions, users, items, ... there are."""
        ...

    @property
    def features(self) -> Mapping[str, Catalogue | None]:
        """Of "items" and "users" -> their features; None where there are none."""
        ...

    @property
    def split(self) -> Any:
        """Training, validation and test parts."""
        ...

    def without_test(self) -> "Dataset":
        """The same data, with the validation part in place of the test part: for choosing settings."""
        ...

    def profile(self) -> TrainingProfile | None:
        """What later data are compared with; None where that is not done."""
        ...
