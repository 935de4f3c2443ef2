"""Trained model -> SavedModel for TF Serving, and back."""

from tfrec_dl.serving.add_items import add_items
from tfrec_dl.serving.card import ModelCard
from tfrec_dl.serving.export import export_saved_model
from tfrec_dl.serving.recommender import Recommender, load
from tfrec_dl.serving.verify import VerificationError, verify_export

__all__ = [
    "ModelCard",
    "Recommender",
    "VerificationError",
    "add_items",
    "export_saved_model",
    "load",
    "verify_export",
]
