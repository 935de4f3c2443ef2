"""Objectives: what a head predicts of an impression, and the loss that it is trained with."""

from tfrec_dl.ranking.objectives.choice import Choice
from tfrec_dl.ranking.objectives.click import Click
from tfrec_dl.ranking.objectives.conversion import Conversion
from tfrec_dl.ranking.objectives.objective import Objective, ObjectiveConfig
from tfrec_dl.ranking.objectives.rating import Rating

__all__ = ["Choice", "Click", "Conversion", "Objective", "ObjectiveConfig", "Rating"]
