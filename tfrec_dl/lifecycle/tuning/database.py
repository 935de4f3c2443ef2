"""The SQLite file of a study."""

import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from sqlalchemy.engine import URL

from tfrec_dl.files import flush, replacing
from tfrec_dl.lifecycle.tuning.extra import optuna

NAME = "tfrec_dl"  # name of the study in the file
DEFAULTS = "defaults"  # settings for which the first trial uses the recipe's own values
PATIENCE = 100  # seconds that a process waits while another one writes
PRUNED_AFTER = 5  # trials that are never pruned, so that others can be compared with them
PRUNED_FROM = 4  # epochs without pruning; learning rates have warmed up by then


def create_database(path: Path, mode: Literal["max", "min"], first: Mapping[str, Any]) -> None:
    """Creates the file of a study, which appears only once it is complete.

    Args:
        path: path of the file.
        mode: whether the highest or the lowest value is best.
        first: maps settings to values for the first trial.
    """
    with replacing(path) as temporary, quiet_optuna():
        storage = _storage(temporary)
        direction: Literal["maximize", "minimize"] = "maximize" if mode == "max" else "minimize"
        study = optuna.create_study(study_name=NAME, storage=storage, direction=direction)
        study.enqueue_trial(dict(first))
        study.set_user_attr(DEFAULTS, list(first))
        storage.engine.dispose()
        flush(temporary)


def open_database(path: Path) -> optuna.Study:
    """Opens the file of a study, which several processes may use at once."""
    with quiet_optuna():
        return optuna.load_study(study_name=NAME, storage=_storage(path), sampler=sampler(0), pruner=_pruner())


def sampler(seed: int) -> optuna.samplers.BaseSampler:
    """Returns the sampler: multivariate tree-structured Parzen estimator (Bergstra et al., NeurIPS 2011)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        return optuna.samplers.TPESampler(seed=seed, multivariate=True, group=True, constant_liar=True)


@contextmanager
def quiet_optuna() -> Iterator[None]:
    """Limits Optuna's log to problems inside the block."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(before)


def _pruner() -> optuna.pruners.BasePruner:
    """Returns a pruner: ends a trial whose best epoch so far is worse than half of the others were at that epoch."""
    return optuna.pruners.MedianPruner(n_startup_trials=PRUNED_AFTER, n_warmup_steps=PRUNED_FROM)


def _storage(path: Path) -> optuna.storages.RDBStorage:
    url = URL.create("sqlite", database=os.fspath(path.absolute())).render_as_string()
    return optuna.storages.RDBStorage(url, engine_kwargs={"connect_args": {"timeout": PATIENCE}})
