"""SavedModels for TF Serving: publishing a version, signatures, warm-up; loading an export.

The names are imported when they are asked for.
"""

from .card import ModelCard as ModelCard
from .explanation import Explanation as Explanation
from .export import export_saved_model as export_saved_model
from .recommendations import Recommendations as Recommendations
from .recommender import Recommender as Recommender
from .rules.rules import Rules as Rules
from .run_saved_model import VerificationError as VerificationError
from .verify import verify_export as verify_export
from .version_labels import label_versions as label_versions
