"""Objectives: what a head predicts about an impression, and the loss that trains it.

Every registered class can be accessed as an attribute of this package: `objectives.Choice`.
"""

from typing import Any

from tfrec_dl.ranking.objectives.fitted import FittedObjective
from tfrec_dl.ranking.objectives.objective import (
    CLICK_OBJECTIVES,
    CONVERSION_OBJECTIVES,
    OBJECTIVES,
    RATING_OBJECTIVES,
    Objective,
)

register_click = CLICK_OBJECTIVES.register
register_conversion = CONVERSION_OBJECTIVES.register
register_rating = RATING_OBJECTIVES.register

__all__ = [
    "CLICK_OBJECTIVES",
    "CONVERSION_OBJECTIVES",
    "OBJECTIVES",
    "RATING_OBJECTIVES",
    "FittedObjective",
    "Objective",
    "register_click",
    "register_conversion",
    "register_rating",
]


def __getattr__(name: str) -> Any:
    """Returns the registered class with this name."""
    if not name.startswith("_"):
        for registry in OBJECTIVES.values():
            for cls in registry.classes():
                if cls.__name__ == name:
                    return cls
    raise AttributeError(f"there is no objective {name!r} in {__name__}")
