"""The validation metric by which settings are chosen."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Monitored:
    """A metric on the validation part.

    Attributes:
        metric: "ndcg@10": in `metrics.json` "validation/ndcg@10", in the logs of an epoch "val_ndcg@10".
        mode: whether the highest value is the best, or the lowest.
    """

    metric: str
    mode: Literal["max", "min"] = "max"

    @property
    def measured(self) -> str:
        """Its name in the metrics of a finished run."""
        return f"validation/{self.metric}"

    @property
    def logged(self) -> str:
        """Its name in the logs of an epoch."""
        return f"val_{self.metric}"
