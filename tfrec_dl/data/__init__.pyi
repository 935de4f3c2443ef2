"""Tables of interactions -> checked interactions -> splits of packed histories -> training batches.

The names are imported when they are asked for.
"""

from .catalogue.catalogue import Catalogue as Catalogue
from .demo import demo_table as demo_table
from .histories import Histories as Histories
from .interaction_dataset import InteractionDataset as InteractionDataset
from .interactions import Interactions as Interactions
from .prepared.base import append_config as append_config
from .prepared.configuration import PrepareConfig as PrepareConfig
from .prepared.folder import PreparedFolder as PreparedFolder
from .prepared.prepare import prepare as prepare
from .prepared.source import PreparedDataset as PreparedDataset
from .prepared.source import PreparedSource as PreparedSource
from .prepared.windows import StreamedWindows as StreamedWindows
from .source import DataSource as DataSource
from .splits.cold_start import ColdStartSplit as ColdStartSplit
from .splits.cold_start import hold_out_items as hold_out_items
from .splits.evaluation_cases import EvaluationCases as EvaluationCases
from .splits.leave_last_out import leave_last_out as leave_last_out
from .splits.random import random_by_user as random_by_user
from .splits.split import Split as Split
from .splits.split import split_by_part as split_by_part
from .splits.temporal import temporal as temporal
from .tables.columns import Columns as Columns
from .training.cuts import WindowConfig as WindowConfig
from .training.training_histories import TrainingHistories as TrainingHistories
from .training.windows import TrainingWindows as TrainingWindows
from .vocabulary import Vocabulary as Vocabulary
