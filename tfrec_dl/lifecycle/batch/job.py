"""What the parts of a job have in common; it is sent to other processes before they import TensorFlow."""

from dataclasses import dataclass
from pathlib import Path

from tfrec_dl.lifecycle.batch.request import Request


@dataclass(frozen=True)
class Job:
    """What the parts of a job have in common.

    Attributes:
        version: version folder of the export.
        request: what is asked for every user.
        layout: name of the layout of the rows.
        pieces: folder of the histories, by shard.
        parts: folder that the parts are written to.
        users: file of the users that the job is for, as `write_wanted` has it; None for all of the table.
        by_user: whether that file has rules of each user.
    """

    version: Path
    request: Request
    layout: str
    pieces: Path
    parts: Path
    users: Path | None = None
    by_user: bool = False

    def part(self, shard: int) -> Path:
        """The file of a shard's recommendations."""
        return self.parts / f"{shard:05d}.parquet"
