"""Base class of the sources that describe tables on disk."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, ClassVar, TypeVar

Described = TypeVar("Described", bound="TableSource")


class TableSource:
    """Description of tables on disk; a subclass is a frozen dataclass.

    Attributes:
        paths: names of the fields, and in its description, that hold the path of a table, or None.
        in_memory: whether all of the data are in memory once they are read.
    """

    paths: ClassVar[tuple[str, ...]] = ("path",)
    in_memory: ClassVar[bool] = True

    def absolute(self: Described) -> Described:
        """The same source, found from any working directory."""
        found = {name: path for name, path in vars(self).items() if name in self.paths and path is not None}
        return replace(self, **{name: str(Path(path).resolve()) for name, path in found.items()})  # type: ignore[type-var]

    def description(self) -> dict[str, Any]:
        """Its description in a run's configuration: plain values of its fields, which make it again."""
        return asdict(self.absolute())  # type: ignore[call-overload]
