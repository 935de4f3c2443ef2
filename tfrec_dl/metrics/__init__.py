"""Ranking metrics and catalogue metrics, all computed from the same ranks.

`tfrec_dl.metrics.NDCG` and the other classes are imported when they are first used.
"""

from typing import Any

from tfrec_dl.lazy_parts import lazily
from tfrec_dl.metrics.metric import METRICS, AtK, Metric, as_metric, default_metrics

__all__ = ["METRICS", "AtK", "Metric", "as_metric", "default_metrics", "register"]

register = METRICS.register
_attribute = lazily(__name__, METRICS, {"lists": ["OnLists"], "rankings": ["Rankings"]})


def __getattr__(name: str) -> Any:
    return _attribute(name)
