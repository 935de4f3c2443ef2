"""Base class of sources that describe tables on disk."""

from __future__ import annotations

import warnings
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, ClassVar, TypeVar

Described = TypeVar("Described", bound="TableSource")


class TableSource:
    """Description of tables on disk; a subclass is a frozen dataclass.

    Attributes:
        paths: names of the fields, also in its description, that hold the path of a table, or None.
        in_memory: whether all data are in memory once they are read.
    """

    paths: ClassVar[tuple[str, ...]] = ("path",)
    in_memory: ClassVar[bool] = True

    def absolute(self: Described) -> Described:
        """Returns the same source with absolute paths."""
        found = {name: path for name, path in vars(self).items() if name in self.paths and path is not None}
        return replace(self, **{name: str(Path(path).resolve()) for name, path in found.items()})  # type: ignore[type-var]

    def description(self) -> dict[str, Any]:
        """Returns plain values of its fields for a run's configuration, which rebuild the source."""
        return asdict(self.absolute())  # type: ignore[call-overload]

    def divide(self, data: Any, items: Any = None) -> Any:
        """Splits data. Deprecated: use `read().split`.

        Args:
            data: the result of `read`, or a table that was read separately.
            items: features of the items, if the table was read separately.

        Raises:
            InputError: if the split leaves nothing to learn from or to evaluate on.
        """
        warnings.warn(
            "divide() of a source will be removed: use source.read().split.", DeprecationWarning, stacklevel=2
        )
        return self._divided(data, items)

    def _divided(self, data: Any, items: Any) -> Any:
        return data.split
