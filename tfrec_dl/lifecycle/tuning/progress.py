"""The log line of a trial."""

from __future__ import annotations

from collections.abc import Sequence

from tfrec_dl.lifecycle.tuning.budget import Budget
from tfrec_dl.lifecycle.tuning.extra import optuna


def trial_line(
    trials: Sequence[optuna.trial.FrozenTrial],
    number: int,
    best: optuna.trial.FrozenTrial | None,
    metric: str,
    budget: Budget,
) -> str:
    """Returns a line on a finished trial: its value, the best value so far, and the time left.

    Args:
        trials: trials of the study.
        number: number of the trial.
        best: the best trial so far; None if none is complete.
        metric: metric to improve.
        budget: budget of the study.
    """
    finished = [trial for trial in trials if trial.state.is_finished()]
    done = f"{len(finished)}" if budget.trials is None else f"{len(finished)} of {max(budget.trials, len(finished))}"
    parts = [f"{done}: trial {number}{' (as given)' * (number == 0)}: {_result(trials[number], metric)}"]
    if best is not None:
        parts.append("the best so far" if best.number == number else f"best {best.value:.4f} (trial {best.number})")
    seconds = [float(trial.user_attrs["seconds"]) for trial in finished if "seconds" in trial.user_attrs]
    at_work = 1 + sum(trial.state == optuna.trial.TrialState.RUNNING for trial in trials)
    left = budget.seconds_left(len(finished), sum(seconds) / len(seconds), at_work) if seconds else 0.0
    return "; ".join([*parts, f"{trials[number].user_attrs['seconds']:.0f} s", f"about {_span(left)} left"])


def _result(trial: optuna.trial.FrozenTrial, metric: str) -> str:
    state = optuna.trial.TrialState
    if trial.state == state.FAIL:
        return f"failed ({trial.user_attrs.get('reason', '')})"
    epochs = len(trial.intermediate_values)
    if trial.state == state.PRUNED:
        return f"pruned after {epochs} {'epoch' if epochs == 1 else 'epochs'}, {metric} {trial.value or 0:.4f}"
    return f"{metric} {trial.value:.4f}"


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
