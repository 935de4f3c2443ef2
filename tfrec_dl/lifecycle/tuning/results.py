"""What a study has found: its trials as a table, the importance of its settings, two pictures."""

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
FEWEST = 8  # complete trials from which it is said how much settings matter


@dataclass(frozen=True)
class Tuned:
    """What came of tuning.

    Attributes:
        folder: of the study.
        metric: that was to improve, on the validation part.
        trials: a row a trial: its number, state, value, epochs and seconds, then a column a setting.
        settings: setting -> value of the best trial.
        value: of the best trial.
        default: value of the recipe as it is; None where that trial is not complete.
        importances: setting -> its share in what distinguishes the best trials (PED-ANOVA); empty where trials are few.
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
    """The results of a study that has ended.

    Args:
        study: the study.
        run: its best run.
    """
    best = study.best()
    assert best is not None and best.value is not None
    first = study.trials[FIRST]
    default = first.value if first.state == optuna.trial.TrialState.COMPLETE else None
    metric, table = study.monitored.metric, trial_table(study)
    return Tuned(study.folder, metric, table, dict(best.params), best.value, default, _importances(study), run)


def trial_table(study: Study) -> pd.DataFrame:
    """A row a trial, in the order in which they were begun."""
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
    # As they are: a column of whole numbers stays one where a trial has none.
    return pd.concat([pd.DataFrame(rows), pd.DataFrame(settings, columns=names, dtype=object)], axis="columns")


def save_results(tuned: Tuned) -> None:
    """Writes trials.csv and importances.json, each whole or not at all."""
    with replacing(tuned.folder / TABLE) as temporary:
        tuned.trials.to_csv(temporary, index=False)
    write_json(tuned.folder / IMPORTANCES, tuned.importances)


def save_pictures(study: Study) -> list[Path]:
    """Draws the history of the values and the importances, each whole or not at all; needs the extra `plots`.

    Returns:
        The pictures that there are: importances need some complete trials.

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
    """The settings that every complete trial has values of, the first one apart: its recipe may leave some open."""
    later = [trial for trial in study.trials[FIRST + 1 :] if trial.state == optuna.trial.TrialState.COMPLETE]
    return [name for name in study.asked.space if later and all(name in trial.params for trial in later)]
