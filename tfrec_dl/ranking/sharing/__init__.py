"""Sharing: what the heads of a ranking model have in common, and what is each one's own.

Every registered class is a name of this package: `sharing.MMoE`.
"""

from typing import Any

from tfrec_dl.ranking.sharing.sharing import SHARING, Sharing

register = SHARING.register

__all__ = ["SHARING", "Sharing", "register"]


def __getattr__(name: str) -> Any:
    """The registered class that is called so."""
    if name.startswith("_"):
        raise AttributeError(name)
    return SHARING.class_called(name)
