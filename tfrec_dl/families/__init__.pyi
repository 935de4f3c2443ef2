"""Base classes of families of models and of tasks, and the run that they share.

The names are imported when they are asked for.
"""

from .export_options import ExportOptions as ExportOptions
from .family import Family as Family
from .run import Run as Run
from .run import open_run as open_run
from .task import Task as Task
