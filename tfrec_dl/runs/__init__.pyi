"""Run folders, resuming, devices, optimisers, schedules.

The names are imported when they are asked for.
"""

from .lost_tasks import LostTaskError as LostTaskError
from .optimisers import RowSparseAdam as RowSparseAdam
from .optimisers import row_sparse_optimizer as row_sparse_optimizer
from .run_folder import run_seconds as run_seconds
from .server_task import serve as serve
from .strategies import make_strategy as make_strategy
