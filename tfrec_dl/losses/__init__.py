"""Retrieval losses: each computes one loss per target from queries, targets and candidates.

`tfrec_dl.losses.FullSoftmax` and the other classes are imported when they are first used.
"""

from typing import Any

from tfrec_dl.lazy_parts import lazily
from tfrec_dl.losses.loss import LOSSES, Loss

__all__ = ["LOSSES", "Loss", "register"]

register = LOSSES.register
_attribute = lazily(__name__, LOSSES, {"candidates": ["Candidates"], "negative_sampling": ["NegativeSampler"]})


def __getattr__(name: str) -> Any:
    return _attribute(name)
