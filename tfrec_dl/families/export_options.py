"""What is asked of an export beside the run."""

from dataclasses import dataclass

from tfrec_dl.errors import InputError


@dataclass(frozen=True)
class ExportOptions:
    """Choices of whoever exports a run.

    Attributes:
        k_max: length of the recommendation lists, where the model makes any; cut to the number of items.
        keep_seen: whether items of the history are recommended again; None as the run was trained.
        anonymous_users: whether the export is to hold no user's id or features, which those of most families never do;
            every user is served as a new one.
    """

    k_max: int = 100
    keep_seen: bool | None = None
    anonymous_users: bool = False

    def refuse_keep_seen(self, where: object) -> None:
        """Raises InputError where `keep_seen` is set for a run, `where`, whose model recommends nothing by itself."""
        if self.keep_seen is not None:
            raise InputError(f"keep_seen is {self.keep_seen}, but {where} recommends nothing by itself: leave it out.")


DEFAULT_EXPORT = ExportOptions()
