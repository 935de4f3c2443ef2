"""Rating prediction from review texts: DeepCoNN.

The names listed in `__init__.pyi` are imported when they are asked for.
"""

from .deep_conn import DeepCoNN as DeepCoNN
from .deep_conn import build_deep_conn as build_deep_conn
from .fit import RatingTraining as RatingTraining
from .fit import fit_ratings as fit_ratings
from .fit_biases import fit_biases as fit_biases
from .model import RatingModel as RatingModel
from .readers import READERS as READERS
from .readers import ConcatenatedReviews as ConcatenatedReviews
from .readers import Reader as Reader
from .readers import ReviewAttention as ReviewAttention
from .reviews import ReviewColumns as ReviewColumns
from .reviews import Reviews as Reviews
from .serving import SavedRatings as SavedRatings
from .serving import export_ratings as export_ratings
from .serving import load_ratings as load_ratings
from .source import ReviewSource as ReviewSource
from .splits import RatingSplit as RatingSplit
from .splits import random_splits as random_splits
