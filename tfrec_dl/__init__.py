"""Deep-learning recommenders on TensorFlow: from a table of interactions to recommendations in TF Serving.

Importing the package selects Keras 2 and loads nothing else; each public name loads its module when it is first used.
"""

import importlib
from typing import TYPE_CHECKING

from tfrec_dl._keras import select_keras_2

select_keras_2()

__version__ = "0.1.0"

if TYPE_CHECKING:
    from tfrec_dl.data.catalogue import Catalogue as Catalogue
    from tfrec_dl.data.cold_start import ColdStartSplit as ColdStartSplit
    from tfrec_dl.data.cold_start import hold_out_items as hold_out_items
    from tfrec_dl.data.columns import Columns as Columns
    from tfrec_dl.data.feedback import Feedback as Feedback
    from tfrec_dl.data.histories import Histories as Histories
    from tfrec_dl.data.impression_columns import ImpressionColumns as ImpressionColumns
    from tfrec_dl.data.impression_splits import ImpressionSplit as ImpressionSplit
    from tfrec_dl.data.impression_splits import split_as_given as split_as_given
    from tfrec_dl.data.impression_splits import split_at_random as split_at_random
    from tfrec_dl.data.impression_splits import split_in_time as split_in_time
    from tfrec_dl.data.impressions import Impressions as Impressions
    from tfrec_dl.data.interactions import Interactions as Interactions
    from tfrec_dl.data.prepared.configuration import PrepareConfig as PrepareConfig
    from tfrec_dl.data.prepared.folder import PreparedFolder as PreparedFolder
    from tfrec_dl.data.prepared.prepare import prepare as prepare
    from tfrec_dl.data.prepared.source import PreparedSource as PreparedSource
    from tfrec_dl.data.prepared.windows import StreamedWindows as StreamedWindows
    from tfrec_dl.data.random_split import random_by_user as random_by_user
    from tfrec_dl.data.ranking_batches import RankingBatches as RankingBatches
    from tfrec_dl.data.ranking_batches import RankingRows as RankingRows
    from tfrec_dl.data.ranking_source import RankingSource as RankingSource
    from tfrec_dl.data.rating_splits import RatingSplit as RatingSplit
    from tfrec_dl.data.rating_splits import random_splits as random_splits
    from tfrec_dl.data.reviews import ReviewColumns as ReviewColumns
    from tfrec_dl.data.reviews import Reviews as Reviews
    from tfrec_dl.data.source import DataSource as DataSource
    from tfrec_dl.data.splits import EvaluationCases as EvaluationCases
    from tfrec_dl.data.splits import Split as Split
    from tfrec_dl.data.splits import leave_last_out as leave_last_out
    from tfrec_dl.data.splits import temporal as temporal
    from tfrec_dl.data.training_histories import TrainingHistories as TrainingHistories
    from tfrec_dl.data.vocabulary import Vocabulary as Vocabulary
    from tfrec_dl.data.windows import TrainingWindows as TrainingWindows
    from tfrec_dl.data.windows import WindowConfig as WindowConfig
    from tfrec_dl.errors import InputError as InputError
    from tfrec_dl.evaluation.baselines.floors import FLOORS as FLOORS
    from tfrec_dl.evaluation.baselines.floors import fit_floors as fit_floors
    from tfrec_dl.evaluation.baselines.rating_bias import RatingBias as RatingBias
    from tfrec_dl.evaluation.callback import ValidationCallback as ValidationCallback
    from tfrec_dl.evaluation.clicks.auc import auc as auc
    from tfrec_dl.evaluation.clicks.auc import group_auc as group_auc
    from tfrec_dl.evaluation.clicks.conversions import ConversionReport as ConversionReport
    from tfrec_dl.evaluation.clicks.log_loss import log_loss as log_loss
    from tfrec_dl.evaluation.clicks.log_loss import normalised_entropy as normalised_entropy
    from tfrec_dl.evaluation.clicks.paired import paired_click_difference as paired_click_difference
    from tfrec_dl.evaluation.clicks.reliability import Reliability as Reliability
    from tfrec_dl.evaluation.clicks.reliability import reliability as reliability
    from tfrec_dl.evaluation.clicks.reliability_rendering import reliability_markdown as reliability_markdown
    from tfrec_dl.evaluation.clicks.reliability_rendering import reliability_plot as reliability_plot
    from tfrec_dl.evaluation.clicks.report import ClickReport as ClickReport
    from tfrec_dl.evaluation.cold_start import ColdStartEntry as ColdStartEntry
    from tfrec_dl.evaluation.cold_start import cold_start_leaderboard as cold_start_leaderboard
    from tfrec_dl.evaluation.cold_start import evaluate_cold_start as evaluate_cold_start
    from tfrec_dl.evaluation.evaluate import Report as Report
    from tfrec_dl.evaluation.evaluate import evaluate as evaluate
    from tfrec_dl.evaluation.evaluate_ranking import evaluate_ranking as evaluate_ranking
    from tfrec_dl.evaluation.intervals import paired_difference as paired_difference
    from tfrec_dl.evaluation.leaderboard import Entry as Entry
    from tfrec_dl.evaluation.leaderboard import leaderboard as leaderboard
    from tfrec_dl.evaluation.off_policy import LoggedFeedback as LoggedFeedback
    from tfrec_dl.evaluation.off_policy import OffPolicyEstimate as OffPolicyEstimate
    from tfrec_dl.evaluation.off_policy import doubly_robust as doubly_robust
    from tfrec_dl.evaluation.off_policy import inverse_propensity as inverse_propensity
    from tfrec_dl.evaluation.off_policy import self_normalised as self_normalised
    from tfrec_dl.evaluation.ranking_leaderboard import RankingEntry as RankingEntry
    from tfrec_dl.evaluation.ranking_leaderboard import ranking_leaderboard as ranking_leaderboard
    from tfrec_dl.evaluation.ranking_rows import ranking_rows as ranking_rows
    from tfrec_dl.evaluation.rating_figures import paired_rmse_difference as paired_rmse_difference
    from tfrec_dl.evaluation.rating_figures import rating_figures as rating_figures
    from tfrec_dl.evaluation.ratings import RatingReport as RatingReport
    from tfrec_dl.evaluation.ratings import evaluate_ratings as evaluate_ratings
    from tfrec_dl.evaluation.ratings import paired_rating_difference as paired_rating_difference
    from tfrec_dl.evaluation.rendering import save_leaderboard as save_leaderboard
    from tfrec_dl.recipes import RANKING_RECIPES as RANKING_RECIPES
    from tfrec_dl.recipes import RECIPES as RECIPES
    from tfrec_dl.recipes import AutoencoderConfig as AutoencoderConfig
    from tfrec_dl.recipes import CFGANConfig as CFGANConfig
    from tfrec_dl.recipes import DeepMember as DeepMember
    from tfrec_dl.recipes import IRGANConfig as IRGANConfig
    from tfrec_dl.recipes import ModelConfig as ModelConfig
    from tfrec_dl.recipes import RankingConfig as RankingConfig
    from tfrec_dl.recipes import RankingRecipe as RankingRecipe
    from tfrec_dl.recipes import RankingTraining as RankingTraining
    from tfrec_dl.recipes import Recipe as Recipe
    from tfrec_dl.recipes import StackedConfig as StackedConfig
    from tfrec_dl.recipes import TrainingConfig as TrainingConfig
    from tfrec_dl.recipes import build_game as build_game
    from tfrec_dl.recipes import build_model as build_model
    from tfrec_dl.recipes import build_ranking_model as build_ranking_model
    from tfrec_dl.recipes import get_ranking_recipe as get_ranking_recipe
    from tfrec_dl.recipes import get_recipe as get_recipe
    from tfrec_dl.serving.add_items import add_items as add_items
    from tfrec_dl.serving.card import ModelCard as ModelCard
    from tfrec_dl.serving.export import export_saved_model as export_saved_model
    from tfrec_dl.serving.export_ranking import export_ranking_model as export_ranking_model
    from tfrec_dl.serving.export_ranking import export_two_stage as export_two_stage
    from tfrec_dl.serving.ranker import Ranker as Ranker
    from tfrec_dl.serving.ranker import load_ranker as load_ranker
    from tfrec_dl.serving.ratings import export_ratings as export_ratings
    from tfrec_dl.serving.ratings import load_ratings as load_ratings
    from tfrec_dl.serving.recommender import Recommender as Recommender
    from tfrec_dl.serving.recommender import load as load
    from tfrec_dl.serving.verify_ranking import verify_ranking_export as verify_ranking_export
    from tfrec_dl.tasks.adversarial.cfgan import CFGAN as CFGAN
    from tfrec_dl.tasks.adversarial.conv_gan import ConvGAN as ConvGAN
    from tfrec_dl.tasks.adversarial.conv_gan import ConvGANConfig as ConvGANConfig
    from tfrec_dl.tasks.adversarial.game_losses import LeastSquares as LeastSquares
    from tfrec_dl.tasks.adversarial.game_losses import Minimax as Minimax
    from tfrec_dl.tasks.adversarial.game_losses import NonSaturating as NonSaturating
    from tfrec_dl.tasks.adversarial.game_losses import Wasserstein as Wasserstein
    from tfrec_dl.tasks.adversarial.irgan import IRGAN as IRGAN
    from tfrec_dl.tasks.adversarial.settings import CFGANGame as CFGANGame
    from tfrec_dl.tasks.adversarial.settings import IRGANGame as IRGANGame
    from tfrec_dl.tasks.autoencoder import AutoencoderModel as AutoencoderModel
    from tfrec_dl.tasks.deep_conn import DeepCoNN as DeepCoNN
    from tfrec_dl.tasks.deep_conn import build_deep_conn as build_deep_conn
    from tfrec_dl.tasks.ranking.calibration import Calibration as Calibration
    from tfrec_dl.tasks.ranking.calibration import Isotonic as Isotonic
    from tfrec_dl.tasks.ranking.calibration import Platt as Platt
    from tfrec_dl.tasks.ranking.objectives import Choice as Choice
    from tfrec_dl.tasks.ranking.objectives import Click as Click
    from tfrec_dl.tasks.ranking.objectives import Conversion as Conversion
    from tfrec_dl.tasks.ranking.objectives import Rating as Rating
    from tfrec_dl.tasks.ranking.rankers import DCN as DCN
    from tfrec_dl.tasks.ranking.rankers import DIN as DIN
    from tfrec_dl.tasks.ranking.rankers import ConvNCF as ConvNCF
    from tfrec_dl.tasks.ranking.rankers import DeepFM as DeepFM
    from tfrec_dl.tasks.ranking.rankers import WideAndDeep as WideAndDeep
    from tfrec_dl.tasks.ranking.ranking_model import RankingModel as RankingModel
    from tfrec_dl.tasks.ranking.sharing import MMoE as MMoE
    from tfrec_dl.tasks.ranking.sharing import SharedBottom as SharedBottom
    from tfrec_dl.tasks.ranking.sharing import SharedEmbeddings as SharedEmbeddings
    from tfrec_dl.tasks.rating import RatingModel as RatingModel
    from tfrec_dl.tasks.retrieval import RetrievalModel as RetrievalModel
    from tfrec_dl.tasks.stacking.stacked_model import StackedModel as StackedModel
    from tfrec_dl.towers.bucketised_numbers import BucketisedNumbers as BucketisedNumbers
    from tfrec_dl.towers.gan_features import GANFeatures as GANFeatures
    from tfrec_dl.towers.hashed_categories import HashedCategories as HashedCategories
    from tfrec_dl.towers.hashed_ids import Hashing as Hashing
    from tfrec_dl.training.candidate_impressions import candidate_impressions as candidate_impressions
    from tfrec_dl.training.compare import compare as compare
    from tfrec_dl.training.compare_ranking import compare_ranking as compare_ranking
    from tfrec_dl.training.fit import fit as fit
    from tfrec_dl.training.fit_conv_gan import ConvGANTraining as ConvGANTraining
    from tfrec_dl.training.fit_conv_gan import fit_conv_gan as fit_conv_gan
    from tfrec_dl.training.fit_conv_gan import save_discriminator as save_discriminator
    from tfrec_dl.training.fit_ratings import RatingTraining as RatingTraining
    from tfrec_dl.training.fit_ratings import fit_ratings as fit_ratings
    from tfrec_dl.training.game_watch import GameWatch as GameWatch
    from tfrec_dl.training.game_watch import GameWatchConfig as GameWatchConfig
    from tfrec_dl.training.lost_tasks import LostTaskError as LostTaskError
    from tfrec_dl.training.open_run import open_run as open_run
    from tfrec_dl.training.optimisers import RowSparseAdam as RowSparseAdam
    from tfrec_dl.training.picture_grid import PictureGrid as PictureGrid
    from tfrec_dl.training.ranking_run import RankingRun as RankingRun
    from tfrec_dl.training.run import Run as Run
    from tfrec_dl.training.serve import serve as serve
    from tfrec_dl.training.size_estimate import SizeEstimate as SizeEstimate
    from tfrec_dl.training.size_estimate import estimate_size as estimate_size
    from tfrec_dl.training.strategies import make_strategy as make_strategy
    from tfrec_dl.training.train import train as train
    from tfrec_dl.training.train_adversarial import compile_game as compile_game
    from tfrec_dl.training.train_ranking import train_ranking as train_ranking

_HOMES = {
    "data.catalogue": ("Catalogue",),
    "data.cold_start": ("ColdStartSplit", "hold_out_items"),
    "data.columns": ("Columns",),
    "data.feedback": ("Feedback",),
    "data.histories": ("Histories",),
    "data.impression_columns": ("ImpressionColumns",),
    "data.impression_splits": ("ImpressionSplit", "split_as_given", "split_at_random", "split_in_time"),
    "data.impressions": ("Impressions",),
    "data.interactions": ("Interactions",),
    "data.prepared.configuration": ("PrepareConfig",),
    "data.prepared.folder": ("PreparedFolder",),
    "data.prepared.prepare": ("prepare",),
    "data.prepared.source": ("PreparedSource",),
    "data.prepared.windows": ("StreamedWindows",),
    "data.random_split": ("random_by_user",),
    "data.ranking_batches": ("RankingBatches", "RankingRows"),
    "data.ranking_source": ("RankingSource",),
    "data.rating_splits": ("RatingSplit", "random_splits"),
    "data.reviews": ("ReviewColumns", "Reviews"),
    "data.source": ("DataSource",),
    "data.splits": ("EvaluationCases", "Split", "leave_last_out", "temporal"),
    "data.training_histories": ("TrainingHistories",),
    "data.vocabulary": ("Vocabulary",),
    "data.windows": ("TrainingWindows", "WindowConfig"),
    "errors": ("InputError",),
    "evaluation.baselines.floors": ("FLOORS", "fit_floors"),
    "evaluation.baselines.rating_bias": ("RatingBias",),
    "evaluation.callback": ("ValidationCallback",),
    "evaluation.clicks.auc": ("auc", "group_auc"),
    "evaluation.clicks.conversions": ("ConversionReport",),
    "evaluation.clicks.log_loss": ("log_loss", "normalised_entropy"),
    "evaluation.clicks.paired": ("paired_click_difference",),
    "evaluation.clicks.reliability": ("Reliability", "reliability"),
    "evaluation.clicks.reliability_rendering": ("reliability_markdown", "reliability_plot"),
    "evaluation.clicks.report": ("ClickReport",),
    "evaluation.cold_start": ("ColdStartEntry", "cold_start_leaderboard", "evaluate_cold_start"),
    "evaluation.evaluate": ("Report", "evaluate"),
    "evaluation.evaluate_ranking": ("evaluate_ranking",),
    "evaluation.intervals": ("paired_difference",),
    "evaluation.leaderboard": ("Entry", "leaderboard"),
    "evaluation.off_policy": (
        "LoggedFeedback",
        "OffPolicyEstimate",
        "doubly_robust",
        "inverse_propensity",
        "self_normalised",
    ),
    "evaluation.ranking_leaderboard": ("RankingEntry", "ranking_leaderboard"),
    "evaluation.ranking_rows": ("ranking_rows",),
    "evaluation.rating_figures": ("paired_rmse_difference", "rating_figures"),
    "evaluation.ratings": ("RatingReport", "evaluate_ratings", "paired_rating_difference"),
    "evaluation.rendering": ("save_leaderboard",),
    "recipes": (
        "RANKING_RECIPES",
        "RECIPES",
        "AutoencoderConfig",
        "CFGANConfig",
        "DeepMember",
        "IRGANConfig",
        "ModelConfig",
        "RankingConfig",
        "RankingRecipe",
        "RankingTraining",
        "Recipe",
        "StackedConfig",
        "TrainingConfig",
        "build_game",
        "build_model",
        "build_ranking_model",
        "get_ranking_recipe",
        "get_recipe",
    ),
    "serving.add_items": ("add_items",),
    "serving.card": ("ModelCard",),
    "serving.export": ("export_saved_model",),
    "serving.export_ranking": ("export_ranking_model", "export_two_stage"),
    "serving.ranker": ("Ranker", "load_ranker"),
    "serving.ratings": ("export_ratings", "load_ratings"),
    "serving.recommender": ("Recommender", "load"),
    "serving.verify_ranking": ("verify_ranking_export",),
    "tasks.adversarial.cfgan": ("CFGAN",),
    "tasks.adversarial.conv_gan": ("ConvGAN", "ConvGANConfig"),
    "tasks.adversarial.game_losses": ("LeastSquares", "Minimax", "NonSaturating", "Wasserstein"),
    "tasks.adversarial.irgan": ("IRGAN",),
    "tasks.adversarial.settings": ("CFGANGame", "IRGANGame"),
    "tasks.autoencoder": ("AutoencoderModel",),
    "tasks.deep_conn": ("DeepCoNN", "build_deep_conn"),
    "tasks.ranking.calibration": ("Calibration", "Isotonic", "Platt"),
    "tasks.ranking.objectives": ("Choice", "Click", "Conversion", "Rating"),
    "tasks.ranking.rankers": ("DCN", "DIN", "ConvNCF", "DeepFM", "WideAndDeep"),
    "tasks.ranking.ranking_model": ("RankingModel",),
    "tasks.ranking.sharing": ("MMoE", "SharedBottom", "SharedEmbeddings"),
    "tasks.rating": ("RatingModel",),
    "tasks.retrieval": ("RetrievalModel",),
    "tasks.stacking.stacked_model": ("StackedModel",),
    "towers.bucketised_numbers": ("BucketisedNumbers",),
    "towers.gan_features": ("GANFeatures",),
    "towers.hashed_categories": ("HashedCategories",),
    "towers.hashed_ids": ("Hashing",),
    "training.candidate_impressions": ("candidate_impressions",),
    "training.compare": ("compare",),
    "training.compare_ranking": ("compare_ranking",),
    "training.fit": ("fit",),
    "training.fit_conv_gan": ("ConvGANTraining", "fit_conv_gan", "save_discriminator"),
    "training.fit_ratings": ("RatingTraining", "fit_ratings"),
    "training.game_watch": ("GameWatch", "GameWatchConfig"),
    "training.lost_tasks": ("LostTaskError",),
    "training.open_run": ("open_run",),
    "training.optimisers": ("RowSparseAdam",),
    "training.picture_grid": ("PictureGrid",),
    "training.ranking_run": ("RankingRun",),
    "training.run": ("Run",),
    "training.serve": ("serve",),
    "training.size_estimate": ("SizeEstimate", "estimate_size"),
    "training.strategies": ("make_strategy",),
    "training.train": ("train",),
    "training.train_adversarial": ("compile_game",),
    "training.train_ranking": ("train_ranking",),
}
_HOME = {name: f"tfrec_dl.{module}" for module, names in _HOMES.items() for name in names}


if not TYPE_CHECKING:  # mypy would take a module with __getattr__ to have every name.

    def __getattr__(name: str) -> object:
        """Loads a public name (PEP 562)."""
        if name not in _HOME:
            raise AttributeError(f"module 'tfrec_dl' has no attribute {name!r}")
        value = getattr(importlib.import_module(_HOME[name]), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    """The public names, loaded or not."""
    return sorted({*globals(), *_HOME})
