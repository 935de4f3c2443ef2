"""The source that a call names: a source, or the path of a table or of a prepared folder in its place."""

from os import PathLike, fspath
from pathlib import Path

from tfrec_dl.data.dataset import Source
from tfrec_dl.data.prepared.work import MANIFEST, PLAN
from tfrec_dl.data.source import DataSource
from tfrec_dl.errors import InputError

Given = Source | str | PathLike[str]
"""What describes the data of a call."""


def source_given(source: Given) -> Source:
    """The source itself, or that of a path: a table with the usual columns and split, or a prepared folder.

    Raises:
        InputError: if it is neither, such as a frame.
    """
    if isinstance(source, str | PathLike):
        # Imported here, for it reads with TensorFlow.
        from tfrec_dl.data.prepared.source import PreparedSource

        path = fspath(source)
        return PreparedSource(path) if is_prepared(path) else DataSource(path)
    if not isinstance(source, Source):
        raise InputError(
            f"the source is a {type(source).__name__}, and a run reads its data again to go on: save them as a table, "
            'as by frame.to_parquet("clicks.parquet"), and give its path or a source, as tfrec_dl.DataSource.'
        )
    return source


def is_prepared(path: str | PathLike[str]) -> bool:
    """Whether a path is a folder that `prepare` wrote, finished or not."""
    return any((Path(path) / name).exists() for name in (MANIFEST, PLAN))
