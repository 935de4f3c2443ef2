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

NAME = "tfrec_dl"  # of the study in the file
DEFAULTS = "defaults"  # the settings that the first trial has values of: those of the recipe as it is
PATIENCE = 100  # seconds that one process waits while another writes
PRUNED_AFTER = 5  # trials that are not pruned, for others to be compared with
PRUNED_FROM = 4  # epochs before which none is: learning rates have warmed up by then


def create_database(path: Path, mode: Literal["max", "min"], first: Mapping[str, Any]) -> None:
    """Writes the file of a study, whole or not at all.

    Args:
        path: of the file.
        mode: whether the highest value is the best, or the lowest.
        first: setting -> value of the first trial.
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
    """Opens the file of a study, for several processes at a time."""
    with quiet_optuna():
        return optuna.load_study(study_name=NAME, storage=_storage(path), sampler=sampler(0), pruner=_pruner())


def sampler(seed: int) -> optuna.samplers.BaseSampler:
    """What suggests settings: trees of Parzen windows, over all settings together (Bergstra et al., NeurIPS 2011)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        return optuna.samplers.TPESampler(seed=seed, multivariate=True, group=True, constant_liar=True)


@contextmanager
def quiet_optuna() -> Iterator[None]:
    """Optuna says what goes wrong and nothing else meanwhile."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(before)


def _pruner() -> optuna.pruners.BasePruner:
    """Ends a trial whose best epoch so far is worse than half of the others were at that epoch."""
    return optuna.pruners.MedianPruner(n_startup_trials=PRUNED_AFTER, n_warmup_steps=PRUNED_FROM)


def _storage(path: Path) -> optuna.storages.RDBStorage:
    url = URL.create("sqlite", database=os.fspath(path.absolute())).render_as_string()
    return optuna.storages.RDBStorage(url, engine_kwargs={"connect_args": {"timeout": PATIENCE}})
