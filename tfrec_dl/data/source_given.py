"""Turns what a call names as its data into a source: a source itself, a table's path or a prepared folder."""

from os import PathLike, fspath
from pathlib import Path

from tfrec_dl.data.dataset import Source
from tfrec_dl.data.prepared.work import MANIFEST, PLAN
from tfrec_dl.data.source import DataSource
from tfrec_dl.errors import InputError

Given = Source | str | PathLike[str]
"""What describes the data of a call."""


def source_given(source: Given) -> Source:
    """Returns a source unchanged; makes one from the path of a table with the usual columns, or a prepared folder.

    Raises:
        InputError: if the value is neither, such as a frame.
    """
    if isinstance(source, str | PathLike):
        # Imported here, because it reads with TensorFlow.
        from tfrec_dl.data.prepared.source import PreparedSource

        path = fspath(source)
        return PreparedSource(path) if is_prepared(path) else DataSource(path)
    if not isinstance(source, Source):
        raise InputError(
            f"the source is a {type(source).__name__}, but a run reads its data again to continue: save it as "
            'a table, for example by frame.to_parquet("clicks.parquet"), and give its path or a source, such as '
            "tfrec_dl.DataSource."
        )
    return source


def is_prepared(path: str | PathLike[str]) -> bool:
    """Whether a path is a folder that `prepare` wrote, finished or not."""
    return any((Path(path) / name).exists() for name in (MANIFEST, PLAN))
