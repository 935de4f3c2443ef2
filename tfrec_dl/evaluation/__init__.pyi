"""Scorers -> ranks -> metrics with intervals; leaderboards.

The names are imported when they are asked for.
"""

from .cold_start import ColdStartEntry as ColdStartEntry
from .cold_start import cold_start_leaderboard as cold_start_leaderboard
from .cold_start import evaluate_cold_start as evaluate_cold_start
from .evaluate import Report as Report
from .intervals import bootstrap_intervals as bootstrap_intervals
from .leaderboard import Entry as Entry
from .paired import paired_difference as paired_difference
from .rating_metrics import paired_rmse_difference as paired_rmse_difference
from .rating_metrics import rating_metrics as rating_metrics
from .ratings import RatingReport as RatingReport
from .ratings import evaluate_ratings as evaluate_ratings
from .ratings import paired_rating_difference as paired_rating_difference
from .rendering import save_leaderboard as save_leaderboard
from .scorer import Scorer as Scorer
from .scorer import as_scorer as as_scorer
