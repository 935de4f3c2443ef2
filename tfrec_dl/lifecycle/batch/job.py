"""Description of a batch job, which is sent to other processes before they import TensorFlow."""

from dataclasses import dataclass
from pathlib import Path

from tfrec_dl.lifecycle.batch.request import Request


@dataclass(frozen=True)
class Job:
    """Description of a batch job, shared by all its parts.

    Attributes:
        version: version folder of the export.
        request: request made for every user.
        layout: name of the row layout.
        pieces: folder of the histories, by shard.
        parts: folder that the parts are written to.
        users: file of the users to recommend to, as written by `write_wanted`; None for all users of the table.
        by_user: whether that file holds rules per user.
    """

    version: Path
    request: Request
    layout: str
    pieces: Path
    parts: Path
    users: Path | None = None
    by_user: bool = False

    def part(self, shard: int) -> Path:
        """Returns the file with the recommendations of a shard."""
        return self.parts / f"{shard:05d}.parquet"
