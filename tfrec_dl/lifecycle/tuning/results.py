"""Results of a study: a table of trials, the importance of settings, and two pictures."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from tfrec_dl.errors import InputError
from tfrec_dl.families.run import Run
from tfrec_dl.files import replacing, write_json
from tfrec_dl.lifecycle.tuning.database import quiet_optuna
from tfrec_dl.lifecycle.tuning.extra import optuna
from tfrec_dl.lifecycle.tuning.study import FIRST, Study

TABLE, IMPORTANCES = "trials.csv", "importances.json"
PICTURES = ("history.png", "importances.png")
FEWEST = 8  # complete trials needed to estimate the importance of settings


@dataclass(frozen=True)
class Tuned:
    """The results of tuning.

    Attributes:
        folder: folder of the study.
        metric: metric to improve, measured on the validation part.
        trials: one row per trial: number, state, value, epochs and seconds, then one column per setting.
        settings: maps settings to the values of the best trial.
        value: value of the best trial.
        default: value of the recipe with its own settings; None if that trial is not complete.
        importances: maps settings to their share in what distinguishes the best trials (PED-ANOVA); empty for few
            trials.
        run: the best run, with its metrics on the test part.
    """

    folder: Path
    metric: str
    trials: pd.DataFrame
    settings: dict[str, Any]
    value: float
    default: float | None
    importances: dict[str, float]
    run: Run


def results(study: Study, run: Run) -> Tuned:
    """Returns the results of a study that has ended.

    Args:
        study: a study that has ended.
        run: its best run.
    """
    best = study.best()
    assert best is not None and best.value is not None
    first = study.trials[FIRST]
    default = first.value if first.state == optuna.trial.TrialState.COMPLETE else None
    metric, table = study.monitored.metric, trial_table(study)
    return Tuned(study.folder, metric, table, dict(best.params), best.value, default, _importances(study), run)


def trial_table(study: Study) -> pd.DataFrame:
    """Returns one row per trial, in the order in which the trials began."""
    rows = [
        {
            "trial": trial.number,
            "state": trial.state.name.lower(),
            study.monitored.metric: trial.value,
            "epochs": len(trial.intermediate_values),
            "seconds": trial.user_attrs.get("seconds"),
        }
        for trial in study.trials
    ]
    names = list(study.asked.space)
    settings = [[trial.params.get(name) for name in names] for trial in study.trials]
    # Values are kept as they are, so that a column of whole numbers stays one if a trial has no value.
    return pd.concat([pd.DataFrame(rows), pd.DataFrame(settings, columns=names, dtype=object)], axis="columns")


def save_results(tuned: Tuned) -> None:
    """Writes trials.csv and importances.json; each file appears only once it is complete."""
    with replacing(tuned.folder / TABLE) as temporary:
        tuned.trials.to_csv(temporary, index=False)
    write_json(tuned.folder / IMPORTANCES, tuned.importances)


def save_pictures(study: Study) -> list[Path]:
    """Draws the history of the values and the importances, each written atomically; needs the extra `plots`.

    Returns:
        The pictures that were drawn; importances need some complete trials.

    Raises:
        InputError: if matplotlib is missing.
    """
    from optuna.visualization import matplotlib as drawing

    metric = f"{study.monitored.metric} on validation"
    draws: list[Callable[[], Any]] = [lambda: drawing.plot_optimization_history(study.optuna, target_name=metric)]
    if _importances(study):
        options = {"evaluator": _evaluator(), "params": _common(study)}
        draws.append(lambda: drawing.plot_param_importances(study.optuna, target_name=metric, **options))
    written = []
    for name, draw in zip(PICTURES, draws, strict=False):
        path = study.folder / name
        with warnings.catch_warnings(), quiet_optuna():
            warnings.simplefilter("ignore")
            try:
                axes = draw()
            except ImportError as error:
                raise InputError(
                    'pictures need matplotlib, which is missing: pip install "tfrec_dl[plots]".'
                ) from error
            from matplotlib import pyplot

            with replacing(path) as temporary:
                axes.figure.savefig(temporary, dpi=150, format="png", bbox_inches="tight")
            pyplot.close(axes.figure)
        written.append(path)
    return written


def _importances(study: Study) -> dict[str, float]:
    complete = [trial for trial in study.trials if trial.state == optuna.trial.TrialState.COMPLETE]
    params = _common(study)
    if len(complete) < FEWEST or not params:
        return {}
    with warnings.catch_warnings(), quiet_optuna():
        warnings.simplefilter("ignore")
        found = optuna.importance.get_param_importances(study.optuna, evaluator=_evaluator(), params=params)
    return {name: float(share) for name, share in found.items()}


def _evaluator() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        return optuna.importance.PedAnovaImportanceEvaluator(target_quantile=0.25)


def _common(study: Study) -> list[str]:
    """Returns the settings for which all complete trials have values. The first is exempt: it may leave some open."""
    later = [trial for trial in study.trials[FIRST + 1 :] if trial.state == optuna.trial.TrialState.COMPLETE]
    return [name for name in study.asked.space if later and all(name in trial.params for trial in later)]
