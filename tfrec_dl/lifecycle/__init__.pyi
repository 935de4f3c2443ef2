"""Training and comparing models of every family.

The names are imported when they are asked for.
"""

from .compare import train_once as train_once
from .train import train_on as train_on
