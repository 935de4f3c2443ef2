"""Ranking: candidates in the order of clicks, conversions or ratings.

The names are imported when they are asked for.
"""

from . import calibration as calibration
from . import objectives as objectives
from . import rankers as rankers
from . import sharing as sharing
from .build import build_ranking_model as build_ranking_model
from .calibration import Calibration as Calibration
from .calibration import Platt as Platt
from .configuration import RankingConfig as RankingConfig
from .configuration import RankingTraining as RankingTraining
from .data.batches import RankingBatches as RankingBatches
from .data.batches import RankingRows as RankingRows
from .data.columns import ImpressionColumns as ImpressionColumns
from .data.feedback import Feedback as Feedback
from .data.impressions import Impressions as Impressions
from .data.source import RankingSource as RankingSource
from .data.splits import ImpressionSplit as ImpressionSplit
from .data.splits import split_as_given as split_as_given
from .data.splits import split_at_random as split_at_random
from .data.splits import split_in_time as split_in_time
from .evaluate import evaluate_ranking as evaluate_ranking
from .leaderboard import RankingEntry as RankingEntry
from .leaderboard import ranking_leaderboard as ranking_leaderboard
from .metrics.auc import auc as auc
from .metrics.auc import group_auc as group_auc
from .metrics.conversions import ConversionReport as ConversionReport
from .metrics.log_loss import log_loss as log_loss
from .metrics.log_loss import normalised_entropy as normalised_entropy
from .metrics.off_policy import LoggedFeedback as LoggedFeedback
from .metrics.off_policy import OffPolicyEstimate as OffPolicyEstimate
from .metrics.off_policy import doubly_robust as doubly_robust
from .metrics.off_policy import inverse_propensity as inverse_propensity
from .metrics.off_policy import self_normalised as self_normalised
from .metrics.paired import paired_click_difference as paired_click_difference
from .metrics.reliability import Reliability as Reliability
from .metrics.reliability import reliability as reliability
from .metrics.reliability_rendering import reliability_markdown as reliability_markdown
from .metrics.reliability_rendering import reliability_plot as reliability_plot
from .metrics.report import ClickReport as ClickReport
from .model import RankingModel as RankingModel
from .objectives import Choice as Choice
from .rankers import DIN as DIN
from .rows import ranking_rows as ranking_rows
from .serving.export import export_ranking_model as export_ranking_model
from .serving.ranker import Ranker as Ranker
from .serving.ranker import load_ranker as load_ranker
from .serving.verify import verify_ranking_export as verify_ranking_export
from .sharing import MMoE as MMoE
