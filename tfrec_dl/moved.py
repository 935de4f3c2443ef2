"""Public names that have left the root of the package, and their new places or replacements."""

import importlib
import warnings
from typing import Any

_BELOW = {  # namespace -> names that are unchanged there
    "adversarial": "CFGAN CFGANConfig ConvGAN ConvGANConfig ConvGANTraining IRGAN IRGANConfig LeastSquares Minimax "
    "NonSaturating PictureGrid Wasserstein fit_conv_gan save_discriminator",
    "baselines": "RatingBias",
    "data": "ColdStartSplit EvaluationCases Histories PrepareConfig PreparedFolder StreamedWindows TrainingHistories "
    "TrainingWindows Vocabulary WindowConfig hold_out_items random_by_user",
    "evaluation": "ColdStartEntry Entry RatingReport cold_start_leaderboard evaluate_cold_start evaluate_ratings "
    "paired_rating_difference paired_rmse_difference save_leaderboard",
    "features": "BucketisedNumbers GANFeatures HashedCategories",
    "ranking": "ClickReport ConversionReport Feedback ImpressionColumns ImpressionSplit LoggedFeedback "
    "OffPolicyEstimate Ranker RankingBatches RankingConfig RankingEntry RankingModel RankingRows RankingTraining "
    "Reliability auc build_ranking_model doubly_robust evaluate_ranking export_ranking_model group_auc "
    "inverse_propensity log_loss normalised_entropy paired_click_difference ranking_leaderboard ranking_rows "
    "reliability reliability_markdown reliability_plot self_normalised split_as_given split_at_random split_in_time "
    "verify_ranking_export",
    "ranking.calibration": "Calibration Isotonic Platt",
    "ranking.objectives": "Choice Click Conversion Rating",
    "ranking.rankers": "ConvNCF DCN DIN DeepFM WideAndDeep",
    "ranking.sharing": "MMoE SharedBottom SharedEmbeddings",
    "retrieval": "AutoencoderConfig AutoencoderModel Hashing RetrievalModel SizeEstimate ValidationCallback "
    "estimate_size",
    "reviews": "DeepCoNN RatingModel RatingSplit RatingTraining ReviewColumns Reviews build_deep_conn export_ratings "
    "fit_ratings load_ratings random_splits",
    "runs": "LostTaskError RowSparseAdam serve",
    "serving": "ModelCard export_saved_model",
    "stacking": "DeepMember StackedConfig StackedModel",
    "two_stage": "candidate_impressions export_two_stage",
}

_RENAMED = {  # old name -> new one, below the root
    "CFGANGame": "adversarial.CFGANTraining",
    "GameWatch": "adversarial.GANMonitor",
    "GameWatchConfig": "adversarial.GANMonitorConfig",
    "IRGANGame": "adversarial.IRGANTraining",
    "RankingRecipe": "Recipe",
    "RankingRun": "Run",
    "build_game": "adversarial.build_adversarial",
    "compare_ranking": "compare",
    "compile_game": "adversarial.compile_adversarial",
    "fit_floors": "baselines.fit_baselines",
    "get_ranking_recipe": "get_recipe",
    "rating_figures": "evaluation.rating_metrics",
    "train_ranking": "train",
}

PLACES = {name: f"{place}.{name}" for place, names in _BELOW.items() for name in names.split()} | _RENAMED
"""Old name at the root -> its new place below the root."""

GONE = {
    "FLOORS": "tfrec_dl.baselines.BASELINES[name].from_split(split)",
    "RANKING_RECIPES": "tfrec_dl.recipes.recipes_of('ranking')",
}
"""Old name at the root, for something that has changed its form -> what to write instead."""


def moved(name: str) -> Any:
    """Returns the object of an old name at the root, with a DeprecationWarning that gives its new place.

    Raises:
        AttributeError: if the name never existed, or has no equivalent; the message then says what to use instead.
    """
    if name in GONE:
        raise AttributeError(f"tfrec_dl.{name} is gone: use {GONE[name]}.")
    if name not in PLACES:
        raise AttributeError(f"No tfrec_dl attribute {name}")  # the same message as for other unknown names
    module, _, new = f"tfrec_dl.{PLACES[name]}".rpartition(".")
    warnings.warn(
        f"tfrec_dl.{name} is {module}.{new} now: the name at the root will be removed.",
        DeprecationWarning,
        stacklevel=3,  # points to the caller's line
    )
    return getattr(importlib.import_module(module), new)
