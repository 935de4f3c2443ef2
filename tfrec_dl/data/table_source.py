"""Base class of the sources that describe tables on disk."""

from __future__ import annotations

import warnings
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

    def divide(self, data: Any, items: Any = None) -> Any:
        """Deprecated, `read().split` has it: the split of what `read` gave, or of a table that was read by itself.

        Args:
            data: to split.
            items: features of the items, where the table was read by itself.

        Raises:
            InputError: if the split leaves nothing to learn from or to evaluate on.
        """
        warnings.warn(
            "divide() of a source will be removed: use source.read().split.", DeprecationWarning, stacklevel=2
        )
        return self._divided(data, items)

    def _divided(self, data: Any, items: Any) -> Any:
        return data.split
