"""Comparison of a table of today's interactions with the training of an export: what has changed since.

The names are imported on first use.
"""

from .measure import LIMITS as LIMITS
from .measure import Measure as Measure
from .measure_drift import measure_drift as measure_drift
from .report import DriftReport as DriftReport
