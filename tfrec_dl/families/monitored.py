"""The validation metric that settings are chosen by."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Monitored:
    """A metric on the validation part.

    Attributes:
        metric: metric such as "ndcg@10": "validation/ndcg@10" in `metrics.json`, "val_ndcg@10" in the logs of an epoch.
        mode: whether the highest or the lowest value is the best.
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
