"""Type of paths that are stored as text; it also accepts a `pathlib.Path`."""

from os import PathLike, fspath
from typing import Annotated, Any

from pydantic import BeforeValidator


def _as_text(path: Any) -> Any:
    return fspath(path) if isinstance(path, PathLike) else path


PathText = Annotated[str, BeforeValidator(_as_text)]
"""The path of a file or a folder, as text."""
