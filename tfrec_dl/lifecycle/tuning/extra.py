"""Import of Optuna, which is an extra."""

from tfrec_dl.errors import InputError

try:
    import optuna as optuna
except ImportError as error:
    raise InputError('tuning needs Optuna, which is missing: pip install "tfrec-dl[tune]".') from error
