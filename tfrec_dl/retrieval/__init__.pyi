"""Retrieval: histories in, the best items of the catalogue out.

The names are imported when they are asked for.
"""

from .autoencoder.model import AutoencoderModel as AutoencoderModel
from .build import build_model as build_model
from .card import run_card as run_card
from .configuration import AutoencoderConfig as AutoencoderConfig
from .configuration import ModelConfig as ModelConfig
from .configuration import TrainingConfig as TrainingConfig
from .defaults import filled_in as filled_in
from .fit import compile_model as compile_model
from .fit import training_batches as training_batches
from .memory_estimate import SizeEstimate as SizeEstimate
from .memory_estimate import estimate_size as estimate_size
from .model import RetrievalModel as RetrievalModel
from .serving.add_items import add_items as add_items
from .towers.content_tower import content_tower as content_tower
from .towers.content_tower import hybrid_tower as hybrid_tower
from .towers.hashed_ids import Hashing as Hashing
from .towers.hashed_ids import item_table as item_table
from .towers.ids import id_tower as id_tower
from .towers.user_tower import user_tower as user_tower
from .validation import VALIDATION_METRICS as VALIDATION_METRICS
from .validation import ValidationCallback as ValidationCallback
