"""Rankers: networks from an impression's fields to one vector, from which each head reads its logit.

Every registered class is a name of this package: `rankers.DIN`.
"""

from typing import Any

from tfrec_dl.ranking.rankers.ranker import RANKERS, Ranker

register = RANKERS.register

__all__ = ["RANKERS", "Ranker", "register"]


def __getattr__(name: str) -> Any:
    """The registered class that is called so."""
    if name.startswith("_"):
        raise AttributeError(name)
    return RANKERS.class_called(name)
