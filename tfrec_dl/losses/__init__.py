"""Retrieval losses, each from queries, targets and candidates to one loss a target.

`tfrec_dl.losses.FullSoftmax` and the other classes are imported when they are asked for.
"""

from typing import Any

from tfrec_dl.lazy_parts import lazily
from tfrec_dl.losses.loss import LOSSES, Loss

__all__ = ["LOSSES", "Loss", "register"]

register = LOSSES.register
_attribute = lazily(__name__, LOSSES, {"candidates": ["Candidates"], "negative_sampling": ["NegativeSampler"]})


def __getattr__(name: str) -> Any:
    return _attribute(name)
