"""What has changed since a model was trained, from its export and a table of today's interactions.

The names are imported when they are asked for.
"""

from .measure import LIMITS as LIMITS
from .measure import Measure as Measure
from .measure_drift import measure_drift as measure_drift
from .report import DriftReport as DriftReport
