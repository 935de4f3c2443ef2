"""Rankers: networks that turn an impression's fields into one vector, from which each head computes its logit.

Every registered class can be accessed as an attribute of this package: `rankers.DIN`.
"""

from typing import Any

from tfrec_dl.ranking.rankers.ranker import RANKERS, Ranker

register = RANKERS.register

__all__ = ["RANKERS", "Ranker", "register"]


def __getattr__(name: str) -> Any:
    """Returns the registered class with this name."""
    if name.startswith("_"):
        raise AttributeError(name)
    return RANKERS.class_called(name)
