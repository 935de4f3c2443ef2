"""Retrieval and ranking as one.

The names are imported when they are asked for.
"""

from .export import export_two_stage as export_two_stage
from .training_table import candidate_impressions as candidate_impressions
