"""Sharing: which parts the heads of a multi-task ranking model have in common.

Every registered class can be accessed as an attribute of this package: `sharing.MMoE`.
"""

from typing import Any

from tfrec_dl.ranking.sharing.sharing import SHARING, Sharing

register = SHARING.register

__all__ = ["SHARING", "Sharing", "register"]


def __getattr__(name: str) -> Any:
    """Returns the registered class with this name."""
    if name.startswith("_"):
        raise AttributeError(name)
    return SHARING.class_called(name)
