"""Stacking: the scores of several recommenders blended by a small model that is fitted on validation cases.

The names listed in `__init__.pyi` are imported when they are asked for.
"""

from .blender_configuration import BlenderConfig as BlenderConfig
from .configuration import DeepMember as DeepMember
from .configuration import StackedConfig as StackedConfig
from .fit import fit_stack as fit_stack
from .members import Members as Members
from .members import RetrievalMember as RetrievalMember
from .model import StackedModel as StackedModel
