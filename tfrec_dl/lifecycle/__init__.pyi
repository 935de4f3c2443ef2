"""Training and comparing models of every family.

The names are imported when they are asked for.
"""

from .compare import train_once as train_once
from .keras_objects import keras_objects as keras_objects
from .report.write import write_report as write_report
from .train import train_on as train_on
from .tuning.tune import tune as tune
from .warm_start import warm_recipe as warm_recipe
